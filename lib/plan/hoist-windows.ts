// Window functions stand in expressions; the engine computes them in steps of their own. Here they move from the one to
// the other: what they read becomes columns, a step adds their results, and the expressions read those.
import { MillraceError } from '../core/errors.js'
import { columnRef } from './expression/column-ref.js'
import { parseDuration, ticksOf } from './expression/duration.js'
import { equivalenceClasses } from './expression/encode.js'
import { bindExpression, expression, withArgs } from './expression/expression.js'
import { fillMissing } from './expression/fill-missing.js'
import { nullLiteral, typedLiteral } from './expression/literal.js'
import type { ExprNode, Json } from './expression/node.js'
import { postOrder, rewrite } from './expression/walk.js'
import { hasWindow, isWindow, type RollingParameters, windowParts, windowSpec } from './expression/window.js'
import { unusedName } from './lower-aggregates.js'
import { filterNode } from './step/filter.js'
import type { PlanNode } from './step/node.js'
import { type NamedExpr, type ProjectNode, projectNode } from './step/project.js'
import type { SortKey } from './step/sort.js'
import { type WindowColumn, windowNode } from './step/window.js'

/** `projectNode`, for columns that may hold window functions. */
export function projectRows(input: PlanNode, columns: readonly NamedExpr[]): ProjectNode {
  const { plan, roots } = hoistWindows(
    input,
    columns.map(({ expr }) => expr),
  )
  return projectNode(
    plan,
    columns.map(({ name }, i) => ({ name, expr: roots[i] as ExprNode })),
  )
}

/** `filterNode`, for a predicate that may hold window functions. */
export function filterRows(input: PlanNode, predicate: ExprNode): PlanNode {
  const { plan, roots } = hoistWindows(input, [predicate])
  const filtered = filterNode(plan, roots[0] as ExprNode)
  if (plan === input) return filtered
  return projectNode(filtered, allColumns(input))
}

interface Hoisted {
  readonly plan: PlanNode
  readonly roots: readonly ExprNode[]
}

function hoistWindows(input: PlanNode, given: readonly ExprNode[]): Hoisted {
  if (!hasWindow(given)) return { plan: input, roots: given }
  let roots: readonly ExprNode[] = given.map(root => expand(bindExpression(root, input.schema)))
  const hoister = new Hoister(input)
  // Innermost first: the arguments of a window function may hold others.
  while (hasWindow(roots)) roots = hoister.hoist(roots)
  return { plan: hoister.plan, roots }
}

// diff, pctChange and what a shift puts into the rows that it leaves, in terms of what the engine has.
function expand(root: ExprNode): ExprNode {
  return rewrite(root, (original, args) => {
    const node = withArgs(original, args)
    if (!isWindow(node)) return node
    const { function: fn, parameters } = windowSpec(node)
    if (parameters.rolling?.period !== undefined) return timed(node)
    if (fn === 'corr') return correlation(node)
    if (fn === 'approxNUnique') return sibling(node, 'nUnique', 1)
    if (fn === 'diff') return difference(node)
    if (fn === 'pctChange') {
      const ratio = expression('div', [node.args[0] as ExprNode, sibling(node, 'shift', 1)])
      return expression('sub', [ratio, typedLiteral('float64', 1)])
    }
    return fn === 'shift' && windowParts(node).values.length === 2 ? filledShift(node) : node
  })
}

// The times of a rolling window are what its rows are ordered by.
function timed(node: ExprNode): ExprNode {
  const spec = windowSpec(node)
  const { values, keys, order } = windowParts(node)
  const [value, times] = values as [ExprNode, ExprNode | undefined]
  if (!times) return node
  if (order.length > 0) {
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      'rolling by time takes no orderBy: its times order the rows',
      {
        hint: "leave orderBy out: c.Close.rolling({ period: '7d', by: 'Date' }).mean().over('Ticker')",
      },
    )
  }
  const rolling = spec.parameters.rolling as RollingParameters
  const duration = parseDuration(rolling.period, 'rolling option period')
  const period = ticksOf(duration, times.type.dtype, `The period ${rolling.period}`).toString()
  const parameters = { ...spec.parameters, rolling: { ...rolling, period } }
  const ordered = { ...spec, parameters, order: [{ descending: false, nulls: 'last' }] }
  return expression('window', [value, ...keys, times], [ordered as unknown as Json])
}

/** Another function of the first `values` values of the node, over the same rows. */
function sibling(node: ExprNode, fn: string, values: number): ExprNode {
  const { keys, order } = windowParts(node)
  const { parameters, ...place } = windowSpec(node)
  const spec = { ...place, function: fn, parameters: fn === 'shift' ? parameters : {} }
  return expression('window', [...node.args.slice(0, values), ...keys, ...order], [spec as unknown as Json])
}

// The difference of unsigned numbers may be negative.
function difference(node: ExprNode): ExprNode {
  const pair = [node.args[0] as ExprNode, sibling(node, 'shift', 1)]
  const unsigned = pair[0]?.type.dtype === 'uint64'
  return expression('sub', unsigned ? pair.map(side => expression('cast', [side], ['int64'])) : pair)
}

// Where the values have no nulls of their own, every null is a row that was left.
function filledShift(node: ExprNode): ExprNode {
  const [value, fill] = node.args as [ExprNode, ExprNode]
  const shift = sibling(node, 'shift', 1)
  if (fill.type.dtype === 'null') return shift
  const filled = fillMissing(shift, fill, 'shift option fill')
  if (!value.type.nullable) return filled
  const offset = windowSpec(node).parameters.offset ?? 1
  const place = sibling(node, 'rowNumber', 0)
  const count = (rows: number) => typedLiteral('int64', String(rows))
  const left =
    offset >= 0
      ? expression('le', [place, count(offset)])
      : expression('gt', [place, expression('sub', [sibling(node, 'size', 0), count(-offset)])])
  return expression('when', [left, filled, shift])
}

// Deviations from the means of the partition, over the rows in which both sides have a value.
function correlation(node: ExprNode): ExprNode {
  const [left, right] = node.args as [ExprNode, ExprNode]
  const { keys, order } = windowParts(node)
  const over = (fn: string, value: ExprNode): ExprNode => {
    const spec = { ...windowSpec(node), function: fn, parameters: {} }
    return expression('window', [value, ...keys, ...order], [spec as unknown as Json])
  }
  const both = expression('and', [expression('isNotNull', [left]), expression('isNotNull', [right])])
  const [dx, dy] = [left, right].map(side => {
    const value = expression('cast', [expression('when', [both, side, nullLiteral])], ['float64'])
    return expression('sub', [value, over('mean', value)])
  }) as [ExprNode, ExprNode]
  const sum = (a: ExprNode, b: ExprNode) => over('sum', expression('mul', [a, b]))
  const spread = rootOfProduct(sum(dx, dx), sum(dy, dy))
  const enough = expression('ge', [over('count', dx), typedLiteral('int64', '2')])
  const value = expression('div', [sum(dx, dy), spread])
  const one = typedLiteral('float64', 1)
  const least = typedLiteral('float64', -1)
  return expression('when', [
    expression('not', [enough]),
    nullLiteral,
    expression('gt', [value, one]),
    one,
    expression('lt', [value, least]),
    least,
    value,
  ])
}

// Exact for two that are the same, and the product of the roots where that of the values leaves the range of doubles.
function rootOfProduct(x: ExprNode, y: ExprNode): ExprNode {
  const root = (value: ExprNode) => expression('sqrt', [value])
  const product = expression('mul', [x, y])
  const bounds = [Number.MIN_VALUE * 2 ** 52, Number.MAX_VALUE].map(value => typedLiteral('float64', value))
  return expression('when', [
    expression('between', [product, ...bounds]),
    root(product),
    expression('mul', [root(x), root(y)]),
  ])
}

const allColumns = ({ schema }: PlanNode): NamedExpr[] =>
  schema.fields.map(({ name, type }) => ({ name, expr: columnRef(name, type) }))

// Adds steps to a plan until no window function is left. Equal ones are computed once, and those with the same keys and
// order by one step.
class Hoister {
  plan: PlanNode
  readonly #taken: Set<string>
  #count = 0

  constructor(input: PlanNode) {
    this.plan = input
    this.#taken = new Set(input.schema.names)
  }

  /** The expressions with the window functions that hold no others replaced by columns. */
  hoist(roots: readonly ExprNode[]): ExprNode[] {
    const innermost = postOrder(roots).filter(node => isWindow(node) && !hasWindow(node.args))
    const classes = equivalenceClasses(roots)
    const distinct = new Map(innermost.map(node => [classes.get(node) as number, node]))
    const columnOf = this.#materialize([...distinct.values()].flatMap(node => node.args))
    const results = new Map<number, ExprNode>()
    for (const group of this.#byPartition([...distinct], columnOf)) {
      const columns = group.windows.map(([kind, node]) => {
        const column = this.#column(node, columnOf)
        results.set(kind, columnRef(column.name, column.type))
        return column
      })
      this.plan = windowNode(this.plan, { ...group, columns })
    }
    return roots.map(root =>
      rewrite(root, (node, args) => {
        const result = isWindow(node) ? results.get(classes.get(node) as number) : undefined
        return result ?? withArgs(node, args)
      }),
    )
  }

  // Makes a column of every expression that is none; returns the names.
  #materialize(exprs: readonly ExprNode[]): (expr: ExprNode) => string {
    const classes = equivalenceClasses(exprs)
    const names = new Map<number, string>()
    const made: NamedExpr[] = []
    for (const expr of exprs) {
      const kind = classes.get(expr) as number
      if (names.has(kind)) continue
      if (expr.op === 'col') {
        names.set(kind, expr.extra[0] as string)
        continue
      }
      const name = unusedName(`window input ${this.#count++}`, this.#taken)
      names.set(kind, name)
      made.push({ name, expr })
    }
    if (made.length > 0) this.plan = projectNode(this.plan, [...allColumns(this.plan), ...made])
    return expr => names.get(classes.get(expr) as number) as string
  }

  #byPartition(windows: readonly Window[], columnOf: (expr: ExprNode) => string): Group[] {
    const groups = new Map<string, Group & { windows: Window[] }>()
    for (const window of windows) {
      const [, node] = window
      const { keys: keyExprs, order: orderExprs } = windowParts(node)
      const keys = keyExprs.map(columnOf)
      const { order: directions } = windowSpec(node)
      const order = orderExprs.map((expr, i) => ({
        column: columnOf(expr),
        ...(directions[i] as (typeof directions)[number]),
      }))
      const text = JSON.stringify([keys, order])
      const group = groups.get(text) ?? { keys, order, windows: [] }
      group.windows.push(window)
      groups.set(text, group)
    }
    return [...groups.values()]
  }

  #column(node: ExprNode, columnOf: (expr: ExprNode) => string): WindowColumn {
    const { function: fn, parameters } = windowSpec(node)
    const [value] = windowParts(node).values
    return Object.freeze({
      name: unusedName(`window ${this.#count++}`, this.#taken),
      function: fn,
      ...(value && { column: columnOf(value) }),
      parameters,
      type: node.type,
    })
  }
}

type Window = readonly [kind: number, node: ExprNode]

interface Group {
  readonly keys: readonly string[]
  readonly order: readonly SortKey[]
  readonly windows: readonly Window[]
}
