// Random expressions over the columns of a plan, typed and bounded as they grow, so that every one can be computed.
import { type Choices, type ExpressionContext, make } from './make-expression.js'
import type { Cell, Expression, Kind, PlanColumn } from './plan.js'
import { dateConditions, dateNumbers, dateTexts, instants } from './random-dates.js'
import { textConditions, textNumbers, texts } from './random-text.js'

const largest = 2 ** 45

export const column = ({ name, kind, bound }: PlanColumn): Expression => ({
  op: 'col',
  args: [],
  kind,
  bound,
  extra: [name],
})

export class ExpressionGenerator {
  readonly #choices: Choices
  readonly #columns: readonly PlanColumn[]
  readonly #total: boolean

  constructor(choices: Choices, columns: readonly PlanColumn[], { total }: { readonly total: boolean }) {
    this.#choices = choices
    this.#columns = columns
    this.#total = total
  }

  #context(depth: number): ExpressionContext {
    const ofKind = (kind: Kind, below: number) => this.ofKind(kind, below)
    return { choices: this.#choices, ofKind, depth, total: this.#total }
  }

  ofKind(kind: Kind, depth: number): Expression {
    if (depth <= 0) return this.#leaf(kind)
    switch (kind) {
      case 'bool':
        return this.#condition(depth)
      case 'int':
        return this.#whole(depth)
      case 'float':
        return this.#float(depth)
      case 'text':
        return this.#text(depth)
      default:
        return this.#temporal(kind, depth)
    }
  }

  #leaf(kind: Kind): Expression {
    const { random, pick } = this.#choices
    const own = this.#columns.filter(found => found.kind === kind)
    return own.length > 0 && random() < 0.8 ? column(pick(own)) : this.#literal(kind)
  }

  #literal(kind: Kind): Expression {
    const value = this.#value(kind)
    const bound = typeof value === 'number' ? Math.abs(value) : typeof value === 'string' ? value.length : 0
    return make('lit', kind, [], kind === 'float' ? 0 : bound, [value])
  }

  #value(kind: Kind): Cell {
    const { int, pick } = this.#choices
    switch (kind) {
      case 'bool':
        return int(2) === 0
      case 'int':
        return int(41) - 20
      case 'float':
        return int(21) - 10 + 0.25 // never whole: that would be an integer
      case 'text':
        return pick(['', 'a', 'ä', 'zed', 'longer than eight bytes'])
      default:
        return (int(20) - 5) * 17 * 86_400_000
    }
  }

  #condition(depth: number): Expression {
    const { pick } = this.#choices
    const bool = () => this.ofKind('bool', depth - 1)
    return pick<() => Expression>([
      () => this.#comparison(depth),
      () => this.#comparison(depth),
      () => make(pick(['and', 'or', 'xor']), 'bool', [bool(), bool()]),
      () => make('not', 'bool', [bool()]),
      () => this.#choice('bool', depth),
      () => make(pick(['isNull', 'isNotNull']), 'bool', [this.ofKind(pick(kinds), depth - 1)]),
      () => make('isNaN', 'bool', [this.ofKind('float', depth - 1)]),
      ...textConditions(this.#context(depth)),
      ...dateConditions(this.#context(depth)),
    ])()
  }

  #comparison(depth: number): Expression {
    const { pick, int } = this.#choices
    const kind = pick<Kind>(['int', 'float', 'text', 'date', 'time', 'int'])
    const side = () => this.ofKind(kind, depth - 1)
    return pick<() => Expression>([
      () => make(pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']), 'bool', [side(), side()]),
      () => make(pick(['eq', 'lt', 'ge']), 'bool', [this.ofKind('int', 0), this.ofKind('float', depth - 1)]),
      () => make('eqMissing', 'bool', [side(), side()]),
      () => make('between', 'bool', [side(), this.#literal(kind), this.#literal(kind)]),
      () =>
        kind === 'date' || kind === 'time'
          ? make('gt', 'bool', [side(), this.#literal(kind)])
          : make('isIn', 'bool', [side()], 0, [Array.from({ length: int(4) }, () => this.#value(kind))]),
    ])()
  }

  #whole(depth: number): Expression {
    const { pick } = this.#choices
    const side = () => this.ofKind('int', depth - 1)
    const [a, b] = [side(), side()]
    const sum = a.bound + b.bound
    const product = a.bound * b.bound
    return pick<() => Expression>([
      () => (sum < largest ? make(pick(['add', 'sub']), 'int', [a, b], sum) : a),
      () => (product < largest ? make('mul', 'int', [a, b], product) : b),
      () => make('floorDiv', 'int', [a, b], a.bound + 1),
      () => make('mod', 'int', [a, b], b.bound),
      () => make(pick(['neg', 'abs']), 'int', [a], a.bound),
      () => this.#choice('int', depth),
      ...textNumbers(this.#context(depth)),
      ...dateNumbers(this.#context(depth)),
    ])()
  }

  #float(depth: number): Expression {
    const { pick } = this.#choices
    const side = () => this.ofKind(pick<Kind>(['float', 'int']), depth - 1)
    return pick<() => Expression>([
      () => make('div', 'float', [side(), side()]),
      () => make(pick(['add', 'sub', 'mul']), 'float', [this.ofKind('float', depth - 1), side()]),
      () => make(pick(['neg', 'abs', 'floor', 'ceil']), 'float', [this.ofKind('float', depth - 1)]),
      () => this.#choice('float', depth),
      () => make('fillNaN', 'float', [this.ofKind('float', depth - 1), this.#literal('float')]),
      () => make('toNumber', 'float', [this.ofKind('text', depth - 1)]),
    ])()
  }

  #text(depth: number): Expression {
    const { pick } = this.#choices
    return pick<() => Expression>([
      ...texts(this.#context(depth)),
      ...dateTexts(this.#context(depth)),
      () => this.#choice('text', depth),
    ])()
  }

  #temporal(kind: Kind, depth: number): Expression {
    const { pick } = this.#choices
    return pick<() => Expression>([
      ...instants(kind, this.#context(depth)),
      () => this.#choice(kind, depth),
      () => this.#leaf(kind),
    ])()
  }

  // The branches may be literals and columns of several widths: the dtype is theirs in common.
  #choice(kind: Kind, depth: number): Expression {
    const { random } = this.#choices
    const [a, b] = [this.ofKind(kind, depth - 1), this.ofKind(kind, depth - 1)]
    const bound = Math.max(a.bound, b.bound)
    if (random() < 0.5) return make('coalesce', kind, [a, b], bound)
    return make('when', kind, [this.ofKind('bool', depth - 1), a, b], bound)
  }
}

const kinds: readonly Kind[] = ['bool', 'int', 'float', 'text', 'date', 'time']
