// Random plans over random tables. With `total`, rows are only cut off where the order of all columns says which, so that
// engines which promise no order agree on them.

import { type Choices, choicesFrom, make } from './make-expression.js'
import type {
  Cell,
  Expression,
  JoinKind,
  Kind,
  Plan,
  PlanAggregate,
  PlanColumn,
  PlanSortKey,
  PlanTable,
} from './plan.js'
import { column, ExpressionGenerator } from './random-expression.js'
import { randomIntervals, randomNearness, transitions } from './random-times.js'
import { largestSum, randomWindow, resultOf } from './random-window.js'
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
      () => this.#window(input),
      () => this.#firstRows(input),
      () => this.#unpivot(input),
      () => this.#pivot(input),
      () => ({ step: 'persist', input, columns: input.columns }),
    ]
    if (!this.#total)
      narrow.push(
        () => this.#rowIndex(input),
        () => this.#timeGroups(input),
      )
    const joins = [() => this.#join(input), () => this.#join(input), () => this.#concat(input)]
    if (!this.#total) joins.push(() => this.#asof(input))
    return this.#choices.pick(wide ? [...narrow, ...joins] : narrow)()
  }

  #expressions(input: Plan): ExpressionGenerator {
    return new ExpressionGenerator(this.#choices, input.columns, { total: this.#total })
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
    const free = [
      'count',
      'nUnique',
      'min',
      'max',
      'size',
      ...(this.#total ? [] : ['approxNUnique', 'first', 'last']),
    ]
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

  #asof(left: Plan): Plan {
    const { int, pick } = this.#choices
    const other = this.#branch()
    const pairs = this.#some(exact(left), 3).flatMap(found => {
      const partner = other.columns.find(({ kind }) => kind === found.kind)
      return partner ? [{ left: found, right: partner }] : []
    })
    const [nearest, ...equal] = pairs
    if (!nearest) return left
    const by = equal.slice(0, int(3)).map(pair => pair.left.name)
    const rightOn = pick([nearest.left.name, this.#fresh()])
    const outputs = [
      { name: rightOn, expr: column(nearest.right) },
      ...equal.slice(0, by.length).map(pair => ({ name: pair.left.name, expr: column(pair.right) })),
      ...other.columns.map(found => ({ name: this.#fresh(), expr: column(found) })),
    ]
    const rightColumns = outputs.map(({ name, expr }) => described(name, expr))
    const right: Plan = { step: 'project', input: other, outputs, keep: false, columns: rightColumns }
    const onBoth = rightOn === nearest.left.name
    const added = rightColumns.filter(({ name }) => !by.includes(name) && !(onBoth && name === rightOn))
    return {
      step: 'asof',
      left,
      right,
      leftOn: nearest.left.name,
      rightOn,
      by,
      ...randomNearness(this.#choices, nearest.left.kind),
      columns: [...left.columns, ...added],
    }
  }

  #timeGroups(input: Plan): Plan {
    const { int, pick } = this.#choices
    const times = exact(input).filter(({ kind }) => kind === 'date' || kind === 'time')
    if (times.length === 0) return input
    const time = pick(times)
    const by = this.#some(
      exact(input).filter(found => found !== time),
      int(3),
    )
    const made = Array.from({ length: 1 + int(3) }, () => this.#aggregate(input))
    const intervals = randomIntervals(
      this.#choices,
      time.kind,
      made.map(part => part.column),
    )
    const moved = intervals.zone === undefined ? undefined : pick(transitions)
    const shifted: Plan = moved
      ? {
          step: 'project',
          input,
          outputs: [{ name: time.name, expr: make('offsetBy', 'time', [column(time)], 0, [moved]) }],
          keep: true,
          columns: input.columns,
        }
      : input
    return {
      step: 'timeGroups',
      input: shifted,
      time: time.name,
      by: by.map(({ name }) => name),
      dropNulls: int(3) === 0,
      ...intervals,
      aggregates: made.map(part => part.aggregate),
      columns: [...by, time, ...made.map(part => part.column)],
    }
  }

  // All rows of a partition come in one order where all columns are in it, but for rows that are the same.
  #partitionOrder(input: Plan): readonly PlanSortKey[] {
    const { int } = this.#choices
    return this.#keys(
      this.#total ? this.#some(input.columns, input.columns.length) : this.#some(exact(input), int(3)),
    )
  }

  #partitionKeys(input: Plan): readonly string[] {
    return this.#some(exact(input), this.#choices.int(3)).map(({ name }) => name)
  }

  #window(input: Plan): Plan {
    if (this.#total && exact(input).length < input.columns.length) return input
    // Rows that are the same get different numbers: by two orders, two numbers that may go together in two ways.
    const count = this.#total ? 1 : 1 + this.#choices.int(2)
    const made = Array.from({ length: count }, () =>
      randomWindow(this.#fresh(), {
        choices: this.#choices,
        columns: input.columns,
        expressions: this.#expressions(input),
        order: () => this.#partitionOrder(input),
        keys: () => this.#partitionKeys(input),
        total: this.#total,
      }),
    )
    const columns = [...input.columns, ...made.map(({ column: added }) => added)]
    return { step: 'window', input, windows: made.map(({ window }) => window), columns }
  }

  #firstRows(input: Plan): Plan {
    const { int, random } = this.#choices
    if (this.#total && exact(input).length < input.columns.length) return input
    return {
      step: 'firstRows',
      input,
      keys: this.#partitionKeys(input),
      order: this.#partitionOrder(input),
      rows: int(10) === 0 ? 0 : 1 + int(4),
      ...(random() < 0.4 && { where: this.#expressions(input).ofKind('bool', int(3)) }),
      columns: input.columns,
    }
  }

  #unpivot(input: Plan): Plan {
    const { pick, int } = this.#choices
    const kind = pick(exact(input).length > 0 ? exact(input) : input.columns).kind
    const on = this.#some(
      input.columns.filter(found => found.kind === kind),
      1 + int(3),
    )
    const index = this.#some(
      input.columns.filter(found => !on.includes(found)),
      int(4),
    )
    const [variableName, valueName] = [this.#fresh(), this.#fresh()]
    return {
      step: 'unpivot',
      input,
      on: on.map(({ name }) => name),
      index: index.map(({ name }) => name),
      variableName,
      valueName,
      columns: [
        ...index,
        { name: variableName, kind: 'text', bound: 20 },
        { name: valueName, kind, bound: Math.max(...on.map(({ bound }) => bound)) },
      ],
    }
  }

  #pivot(input: Plan): Plan {
    const { pick, int } = this.#choices
    const choices = exact(input).filter(({ kind }) => kind in wantedOf)
    if (choices.length === 0) return input
    const on = pick(choices)
    const values = pick(exact(input))
    const index = this.#some(
      exact(input).filter(found => found !== on && found !== values),
      int(3),
    )
    const free = wantedOf[on.kind]!.filter(one => !index.some(({ name }) => name === String(one)))
    if (free.length === 0) return input
    const wanted = this.#some(free, 1 + int(3))
    const argument = column(values)
    const numeric = values.kind === 'int' && values.bound <= largestSum ? ['sum', 'mean', 'median'] : []
    const aggregate = pick(['min', 'max', 'count', ...numeric, ...(this.#total ? [] : ['first', 'last'])])
    const result = resultOf(aggregate, argument)
    return {
      step: 'pivot',
      input,
      on: on.name,
      wanted,
      values: values.name,
      index: index.map(({ name }) => name),
      aggregate,
      columns: [...index, ...wanted.map(one => ({ name: String(one), ...result }))],
    }
  }

  // The same columns from another branch, or literals where it has none of the kind; some of them only, or more.
  #concat(given: Plan): Plan {
    const { random, pick } = this.#choices
    const match = pick(['same', 'same', 'union', 'intersection'] as const)
    if (given.columns.some(({ kind }) => kind === 'approx')) return given
    const other = random() < 0.5 ? this.#filter(given) : this.#branch()
    const shared = match === 'same' ? given.columns : given.columns.filter(() => random() < 0.7)
    const [some] = given.columns as [PlanColumn]
    const common = shared.length > 0 ? shared : [some]
    const extra = match !== 'same' && random() < 0.5 ? [{ ...pick(given.columns), name: this.#fresh() }] : []
    const outputs = [...common, ...extra].map(({ name, kind }) => ({
      name,
      expr: this.#expressions(other).ofKind(kind, 0),
    }))
    const made = outputs.map(({ name, expr }) => described(name, expr))
    const second: Plan = { step: 'project', input: other, outputs, keep: false, columns: made }
    const named = (wanted: string) => made.find(({ name }) => name === wanted)
    const kept = match === 'intersection' ? given.columns.filter(({ name }) => named(name)) : given.columns
    const bounds = kept.map(found => ({
      ...found,
      bound: Math.max(found.bound, named(found.name)?.bound ?? 0),
    }))
    const added = match === 'union' ? made.slice(common.length) : []
    return { step: 'concat', inputs: [given, second], match, columns: [...bounds, ...added] }
  }
}

/** Values of a column that pivot may be asked for. */
const wantedOf: Readonly<Partial<Record<Kind, readonly Cell[]>>> = {
  bool: [true, false],
  // No names that are whole numbers: an object would have them first.
  int: [-1, -2, -3, -7],
  text: ['a', 'B', '😀', 'zed'],
}

const exact = ({ columns }: Plan): PlanColumn[] => columns.filter(({ kind }) => kind !== 'approx')

const described = (name: string, { kind, bound }: Expression): PlanColumn => ({ name, kind, bound })
