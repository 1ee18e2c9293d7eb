// The run-time side of `join`; types and documentation are in `join-methods.ts` and `join-types.ts`.
import { suggestion } from '../core/did-you-mean.js'
import { isNumeric, isText, typeText } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, type OptionReader, oneOf, readOptions, text } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { expression } from '../plan/expression/expression.js'
import { unusedName } from '../plan/lower-aggregates.js'
import { type JoinColumn, type JoinHow, type JoinNode, joinNode } from '../plan/step/join.js'
import type { PlanNode } from '../plan/step/node.js'
import { type NamedExpr, projectNode } from '../plan/step/project.js'
import { checkNames } from './projections.js'

const hows = ['inner', 'left', 'right', 'outer', 'semi', 'anti', 'cross'] as const

interface CheckedOptions extends KeyOptions {
  readonly how: JoinHow
  readonly suffix: string
  readonly nullsEqual: boolean
  readonly validate: '1:1' | '1:m' | 'm:1' | 'm:m'
}

/** What is checked with the frames at hand. */
export const anything: OptionReader<unknown> = value => value

export function joinPlan(left: PlanNode, right: PlanNode, given: unknown): PlanNode {
  const options: CheckedOptions = {
    how: 'inner',
    suffix: '_right',
    nullsEqual: false,
    validate: 'm:m',
    ...readOptions<CheckedOptions>(given, 'join', {
      how: oneOf(...hows),
      suffix: text,
      nullsEqual: boolean,
      validate: oneOf('1:1', '1:m', 'm:1', 'm:m'),
      on: anything as never,
      leftOn: anything as never,
      rightOn: anything as never,
    }),
  }
  const [leftKeys, rightKeys] = readKeys(left, right, options)
  const sides = withCommonTypes(left, right, leftKeys, rightKeys)
  return assemble(left, right, sides, leftKeys, rightKeys, options)
}

function readKeys(left: PlanNode, right: PlanNode, options: CheckedOptions): [string[], string[]] {
  const { how, on, leftOn, rightOn } = options
  if (how === 'cross') {
    if (on === undefined && leftOn === undefined && rightOn === undefined) return [[], []]
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'A cross join has no keys', {
      hint: "leave `on` out, or use how: 'inner'",
    })
  }
  checkEither('join', options)
  const leftKeys = namesOf('left', left, on ?? leftOn)
  const rightKeys = namesOf('right', right, on ?? rightOn)
  if (leftKeys.length === 0 || leftKeys.length !== rightKeys.length) {
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      'join needs as many keys on one side as on the other, at least one',
      {
        hint: "as in a.join(b, { on: 'Ticker' }) or { leftOn: 'Ticker', rightOn: 'symbol' }; every row with every row is { how: 'cross' }",
      },
    )
  }
  if (on !== undefined) return [[...new Set(leftKeys)], [...new Set(rightKeys)]]
  return [once(leftKeys), once(rightKeys)]
}

function once(names: readonly string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return [...names]
  throw new MillraceError('ERR_DUPLICATE_COLUMN', `join names the key ${JSON.stringify(twice)} twice`, {
    column: twice,
    hint: 'each key has one partner; compare the others in a filter behind the join',
  })
}

export interface KeyOptions {
  readonly on?: unknown
  readonly leftOn?: unknown
  readonly rightOn?: unknown
}

export function checkEither(method: string, { on, leftOn, rightOn }: KeyOptions): void {
  if (on !== undefined && (leftOn !== undefined || rightOn !== undefined)) {
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      `${method} takes either \`on\`, or \`leftOn\` and \`rightOn\``,
    )
  }
}

export function namesOf(side: 'left' | 'right', { schema }: PlanNode, given: unknown): string[] {
  if (given === undefined) return []
  const names: unknown[] = Array.isArray(given) ? given : [given]
  const absent = names.find(name => typeof name === 'string' && !schema.names.includes(name)) as string
  if (absent !== undefined) {
    const problem = `The ${side} frame of the join has no column ${JSON.stringify(absent)}`
    throw new MillraceError('ERR_COLUMN_NOT_FOUND', problem, {
      column: absent,
      hint: suggestion(absent, schema.names),
    })
  }
  return checkNames(schema, names, 'join')
}

interface Sides {
  readonly left: PlanNode
  readonly right: PlanNode
  readonly leftKeys: readonly string[]
  readonly rightKeys: readonly string[]
}

// Keys of different numeric types are compared as their common type, in columns that only the join sees.
export function withCommonTypes(
  left: PlanNode,
  right: PlanNode,
  leftKeys: readonly string[],
  rightKeys: readonly string[],
): Sides {
  const added = { left: [] as NamedExpr[], right: [] as NamedExpr[] }
  const taken = new Set([...left.schema.names, ...right.schema.names])
  const keys = leftKeys.map((name, i): readonly [string, string] => {
    const other = rightKeys[i] as string
    const a = columnRef(name, left.schema.field(name).type)
    const b = columnRef(other, right.schema.field(other).type)
    const [from, to] = [a.type.dtype, b.type.dtype]
    if (from === to || (isText(from) && isText(to))) return [name, other]
    if (!isNumeric(from) || !isNumeric(to)) {
      throw new MillraceError(
        'ERR_TYPE',
        `join cannot compare the key ${JSON.stringify(name)} (${typeText(a.type)}) with ${JSON.stringify(other)} (${typeText(b.type)})`,
        { column: name, hint: 'cast one of them first, as in df.cast({ ... })' },
      )
    }
    const common = expression('coalesce', [a, b]).type.dtype
    const key = unusedName(`join key ${i}`, taken)
    added.left.push({ name: key, expr: expression('cast', [a], [common]) })
    added.right.push({ name: key, expr: expression('cast', [b], [common]) })
    return [key, key]
  })
  return {
    left: withAdded(left, added.left),
    right: withAdded(right, added.right),
    leftKeys: keys.map(([key]) => key),
    rightKeys: keys.map(([, key]) => key),
  }
}

function withAdded(plan: PlanNode, added: readonly NamedExpr[]): PlanNode {
  if (added.length === 0) return plan
  return projectNode(plan, [
    ...plan.schema.fields.map(({ name, type }) => ({ name, expr: columnRef(name, type) })),
    ...added,
  ])
}

// Left columns, then the right ones that are no keys. A key stands once, on the left's place: with the left's value, the
// right's in a right join, and whichever is there in an outer one.
function assemble(
  left: PlanNode,
  right: PlanNode,
  sides: Sides,
  leftNames: readonly string[],
  rightNames: readonly string[],
  { how, suffix, nullsEqual, validate }: CheckedOptions,
): PlanNode {
  const columns: JoinColumn[] = left.schema.names.map(name => {
    const key = how === 'right' ? leftNames.indexOf(name) : -1
    return key < 0
      ? { name, side: 'left', column: name }
      : { name, side: 'right', column: rightNames[key] as string }
  })
  const leftNamesTaken = new Set(left.schema.names)
  if (how !== 'semi' && how !== 'anti') {
    for (const column of right.schema.names) {
      if (rightNames.includes(column)) continue
      columns.push({
        name: leftNamesTaken.has(column) ? `${column}${suffix}` : column,
        side: 'right',
        column,
      })
    }
  }
  const settings = {
    how,
    leftKeys: sides.leftKeys,
    rightKeys: sides.rightKeys,
    nullsEqual,
    leftUnique: validate.startsWith('1'),
    rightUnique: validate.endsWith('1'),
  }
  if (how !== 'outer') return joinNode(sides.left, sides.right, { ...settings, columns })
  const taken = new Set(columns.map(({ name }) => name))
  const others = rightNames.map(
    (column, i): JoinColumn => ({ name: unusedName(`right key ${i}`, taken), side: 'right', column }),
  )
  const joined = joinNode(sides.left, sides.right, { ...settings, columns: [...columns, ...others] })
  return projectNode(
    joined,
    columns.map(({ name }) => ({ name, expr: outerColumn(joined, name, leftNames, others) })),
  )
}

function outerColumn(joined: JoinNode, name: string, keys: readonly string[], others: readonly JoinColumn[]) {
  const own = columnRef(name, joined.schema.field(name).type)
  const other = others[keys.indexOf(name)]
  return other
    ? expression('coalesce', [own, columnRef(other.name, joined.schema.field(other.name).type)])
    : own
}

/** The plan of `value`, which must be a frame. */
export function otherPlan(
  value: unknown,
  method: string,
  planOf: (value: unknown) => PlanNode | undefined,
): PlanNode {
  const plan = planOf(value)
  if (plan) return plan
  throw invalidArgument(
    'a DataFrame',
    method,
    value,
    'a table becomes one again with fromColumns or fromObjects',
  )
}
