// Random plans over random tables. With `total`, rows are only cut off where the order of all columns says which, so that
// engines which promise no order agree on them.
import type {
  Expression,
  JoinKind,
  Kind,
  Plan,
  PlanAggregate,
  PlanColumn,
  PlanSortKey,
  PlanTable,
} from './plan.js'
import { type Choices, choicesFrom, column, ExpressionGenerator } from './random-expression.js'
import { randomTable } from './tables.js'

export interface RandomQuery {
  readonly tables: readonly PlanTable[]
  readonly plan: Plan
}

export interface GeneratorOptions {
  readonly total: boolean
}

export function randomQuery(random: () => number, options: GeneratorOptions): RandomQuery {
  return new PlanGenerator(choicesFrom(random), options).query()
}

const keyKinds: readonly Kind[] = ['bool', 'int', 'float', 'text', 'date', 'time']
const largestSum = 2 ** 35

class PlanGenerator {
  readonly #choices: Choices
  readonly #total: boolean
  readonly #tables: PlanTable[] = []
  #names = 0

  constructor(choices: Choices, { total }: GeneratorOptions) {
    this.#choices = choices
    this.#total = total
  }

  query(): RandomQuery {
    let plan = this.#scan()
    for (let steps = 1 + this.#choices.int(6); steps > 0; steps--) plan = this.#step(plan, true)
    return { tables: this.#tables, plan }
  }

  #fresh(): string {
    return `c${this.#names++}`
  }

  #scan(): Plan {
    const { random, int } = this.#choices
    const reuse = this.#tables.length > 0 && random() < 0.4
    const table = reuse ? int(this.#tables.length) : this.#tables.length
    if (!reuse) this.#tables.push(randomTable(random, this.#total))
    return { step: 'scan', table, columns: this.#tables[table]!.columns }
  }

  #branch(): Plan {
    let plan = this.#scan()
    for (let steps = this.#choices.int(3); steps > 0; steps--) plan = this.#step(plan, false)
    return plan
  }

  #step(input: Plan, wide: boolean): Plan {
    const narrow: (() => Plan)[] = [
      () => this.#filter(input),
      () => this.#filter(input),
      () => this.#withColumns(input),
      () => this.#withColumns(input),
      () => this.#select(input),
      () => this.#group(input),
      () => this.#sort(input),
      () => this.#cut(input),
      () => this.#distinct(input),
      () => this.#dropNulls(input),
    ]
    if (!this.#total) narrow.push(() => this.#rowIndex(input))
    const joins = [() => this.#join(input), () => this.#join(input), () => this.#concat(input)]
    return this.#choices.pick(wide ? [...narrow, ...joins] : narrow)()
  }

  #expressions(input: Plan): ExpressionGenerator {
    return new ExpressionGenerator(this.#choices, input.columns)
  }

  #filter(input: Plan): Plan {
    const where = this.#expressions(input).ofKind('bool', 1 + this.#choices.int(3))
    return { step: 'filter', input, where, columns: input.columns }
  }

  #withColumns(input: Plan): Plan {
    const { int, pick, random } = this.#choices
    const outputs = Array.from({ length: 1 + int(2) }, () => {
      const replaced = random() < 0.3 ? pick(input.columns).name : undefined
      return {
        name: replaced ?? this.#fresh(),
        expr: this.#expressions(input).ofKind(pick(keyKinds), int(4)),
      }
    }).filter(({ name }, i, all) => all.findIndex(other => other.name === name) === i)
    const made = new Map(outputs.map(({ name, expr }) => [name, described(name, expr)]))
    const columns = input.columns.map(found => made.get(found.name) ?? found)
    const added = [...made.values()].filter(({ name }) => !input.columns.some(found => found.name === name))
    return { step: 'project', input, outputs, keep: true, columns: [...columns, ...added] }
  }

  #select(input: Plan): Plan {
    const { int, random } = this.#choices
    const kept = input.columns.filter(() => random() < 0.6)
    const outputs = (kept.length > 0 ? kept : input.columns.slice(0, 1)).map(found => ({
      name: random() < 0.7 ? found.name : this.#fresh(),
      expr:
        found.kind === 'approx' || random() < 0.7
          ? column(found)
          : this.#expressions(input).ofKind(found.kind, int(3)),
    }))
    const columns = outputs.map(({ name, expr }) => described(name, expr))
    return { step: 'project', input, outputs, keep: false, columns }
  }

  #group(input: Plan): Plan {
    const { int, pick, random } = this.#choices
    const keys = this.#some(exact(input), int(3)).map(({ name }) => name)
    const aggregates = Array.from({ length: 1 + int(3) }, () => this.#aggregate(input))
    const order = keys.length > 0 && !this.#total && random() < 0.3 ? 'first' : pick([true, true] as const)
    const columns = [
      ...keys.map(key => input.columns.find(({ name }) => name === key)!),
      ...aggregates.map(part => part.column),
    ]
    return { step: 'group', input, keys, aggregates: aggregates.map(part => part.aggregate), order, columns }
  }

  #aggregate(input: Plan): { aggregate: PlanAggregate; column: PlanColumn } {
    const { pick, int } = this.#choices
    const name = this.#fresh()
    const kind = pick(keyKinds)
    const argument = this.#expressions(input).ofKind(kind, int(2))
    const free = ['count', 'nUnique', 'min', 'max', 'size', ...(this.#total ? [] : ['first', 'last'])]
    const own =
      kind === 'bool' ? ['any', 'all'] : kind === 'int' || kind === 'float' ? ['sum', 'mean', 'median'] : []
    const chosen = pick([...free, ...own])
    const fn = chosen === 'sum' && argument.bound > largestSum ? 'max' : chosen
    return {
      aggregate: fn === 'size' ? { name, function: fn } : { name, function: fn, argument },
      column: { name, ...resultOf(fn, argument) },
    }
  }

  #some<T>(items: readonly T[], count: number): T[] {
    return [...items].sort(() => this.#choices.random() - 0.5).slice(0, count)
  }

  #keys(columns: readonly PlanColumn[]): PlanSortKey[] {
    const { random } = this.#choices
    return columns.map(({ name }) => ({
      name,
      descending: random() < 0.4,
      nulls: random() < 0.3 ? ('first' as const) : ('last' as const),
    }))
  }

  #sort(input: Plan): Plan {
    const keys = this.#keys(this.#some(exact(input), 1 + this.#choices.int(3)))
    return keys.length === 0 ? input : { step: 'sort', input, keys, columns: input.columns }
  }

  // Head, tail, slice or the top rows; behind a sort by all columns where only that says which rows they are.
  #cut(given: Plan): Plan {
    const { int, pick } = this.#choices
    if (this.#total && exact(given).length < given.columns.length) return given
    const { columns } = given
    const all = this.#keys(this.#some(columns, columns.length))
    const rows = int(25)
    const topKeys = this.#total ? all : this.#keys(this.#some(exact(given), 1 + int(2)))
    if (topKeys.length > 0 && int(3) === 0)
      return { step: 'topK', input: given, keys: topKeys, rows, columns }
    const input: Plan = this.#total ? { step: 'sort', input: given, keys: all, columns } : given
    return pick<Plan>([
      { step: 'slice', input, offset: 0, rows, columns },
      { step: 'slice', input, offset: int(10), rows, columns },
      { step: 'slice', input, offset: -1 - int(10), rows, columns },
      { step: 'tail', input, rows, columns },
    ])
  }

  #distinct(input: Plan): Plan {
    const { int, pick } = this.#choices
    const usable = exact(input)
    if (usable.length === 0 || (this.#total && usable.length < input.columns.length)) return input
    const names = (this.#total ? usable : this.#some(usable, 1 + int(3))).map(({ name }) => name)
    const keep = this.#total ? pick(['first', 'none'] as const) : pick(['first', 'last', 'none'] as const)
    return { step: 'distinct', input, names, keep, columns: input.columns }
  }

  #dropNulls(input: Plan): Plan {
    const names = this.#some(input.columns, 1 + this.#choices.int(2)).map(({ name }) => name)
    return { step: 'dropNulls', input, names, columns: input.columns }
  }

  #rowIndex(input: Plan): Plan {
    const name = this.#fresh()
    return {
      step: 'rowIndex',
      input,
      name,
      columns: [{ name, kind: 'int', bound: 10_000 }, ...input.columns],
    }
  }

  // The other side has names of its own, but for the keys.
  #join(left: Plan): Plan {
    const { int, pick, random } = this.#choices
    const other = this.#branch()
    const pairs = this.#some(exact(left), 1 + int(2)).flatMap(found => {
      const partner = other.columns.find(({ kind }) => kind === found.kind)
      return partner ? [{ left: found, right: partner }] : []
    })
    const how: JoinKind =
      pairs.length === 0 ? 'cross' : pick(['inner', 'left', 'right', 'outer', 'semi', 'anti'])
    const on = pairs.map(pair => pair.left.name)
    const outputs = [
      ...pairs.map(pair => ({ name: pair.left.name, expr: column(pair.right) })),
      ...other.columns.map(found => ({ name: this.#fresh(), expr: column(found) })),
    ]
    const rightColumns = outputs.map(({ name, expr }) => described(name, expr))
    const right: Plan = { step: 'project', input: other, outputs, keep: false, columns: rightColumns }
    const widened = left.columns.map(found => {
      const partner = on.includes(found.name) && rightColumns.find(({ name }) => name === found.name)
      return partner ? { ...found, bound: Math.max(found.bound, partner.bound) } : found
    })
    const only = how === 'semi' || how === 'anti'
    const columns = only ? left.columns : [...widened, ...rightColumns.slice(pairs.length)]
    return { step: 'join', left, right, on, how, nullsEqual: how !== 'cross' && random() < 0.3, columns }
  }

  // The same columns from another branch, or literals where it has none of the kind.
  #concat(first: Plan): Plan {
    if (first.columns.some(({ kind }) => kind === 'approx')) return first
    const { random } = this.#choices
    const other = random() < 0.5 ? this.#filter(first) : this.#branch()
    const outputs = first.columns.map(({ name, kind }) => ({
      name,
      expr: this.#expressions(other).ofKind(kind, 0),
    }))
    const columns = outputs.map(({ name, expr }) => described(name, expr))
    const second: Plan = { step: 'project', input: other, outputs, keep: false, columns }
    const bounds = first.columns.map((found, i) => ({
      ...found,
      bound: Math.max(found.bound, columns[i]!.bound),
    }))
    return { step: 'concat', inputs: [first, second], columns: bounds }
  }
}

const exact = ({ columns }: Plan): PlanColumn[] => columns.filter(({ kind }) => kind !== 'approx')

const described = (name: string, { kind, bound }: Expression): PlanColumn => ({ name, kind, bound })

function resultOf(fn: string, { kind, bound }: Expression): { kind: Kind; bound: number } {
  switch (fn) {
    case 'count':
    case 'size':
    case 'nUnique':
      return { kind: 'int', bound: 10_000 }
    case 'sum':
      return kind === 'int' ? { kind, bound: bound * 10_000 } : { kind: 'approx', bound: 0 }
    case 'mean':
    case 'median':
      return { kind: 'approx', bound: 0 }
    default:
      return { kind, bound }
  }
}
