// The run-time side of `joinAsof`; types and documentation are in `join-methods.ts` and `join-types.ts`.
import { isNumeric, isTemporal } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, type OptionReader, oneOf, readOptions, text } from '../core/options.js'
import { type JoinColumn, joinNode } from '../plan/step/join.js'
import type { PlanNode } from '../plan/step/node.js'
import { anything, checkEither, type KeyOptions, namesOf, withCommonTypes } from './join.js'

interface CheckedAsofOptions extends KeyOptions {
  readonly suffix: string
  readonly direction: 'backward' | 'forward' | 'nearest'
  readonly allowExact: boolean
  readonly tolerance?: number
  readonly by?: unknown
}

export function asofPlan(left: PlanNode, right: PlanNode, given: unknown): PlanNode {
  const options: CheckedAsofOptions = {
    suffix: '_right',
    direction: 'backward',
    allowExact: true,
    ...readOptions<CheckedAsofOptions>(given, 'joinAsof', {
      suffix: text,
      direction: oneOf('backward', 'forward', 'nearest'),
      allowExact: boolean,
      tolerance: readTolerance,
      on: anything as never,
      leftOn: anything as never,
      rightOn: anything as never,
      by: anything as never,
    }),
  }
  const { on, by, direction, allowExact, tolerance, suffix } = options
  const [leftKey, rightKey] = nearestKeys(left, right, options)
  const equal = [...new Set(namesOf('left', left, by))]
  namesOf('right', right, by)
  const sides = withCommonTypes(left, right, [...equal, leftKey], [...equal, rightKey])
  const columns = sideBySide(
    left,
    right,
    suffix,
    name => equal.includes(name) || (name === rightKey && on !== undefined),
  )
  return joinNode(sides.left, sides.right, {
    how: 'asof',
    leftKeys: sides.leftKeys,
    rightKeys: sides.rightKeys,
    columns,
    nullsEqual: false,
    leftUnique: false,
    rightUnique: false,
    asof: { direction, allowExact, ...(tolerance !== undefined && { tolerance }) },
  })
}

function nearestKeys(left: PlanNode, right: PlanNode, options: CheckedAsofOptions): [string, string] {
  checkEither('joinAsof', options)
  const { on, leftOn = on, rightOn = on, tolerance } = options
  const several = [leftOn, rightOn].some(given => Array.isArray(given) && given.length !== 1)
  if (leftOn === undefined || rightOn === undefined || several) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', 'joinAsof needs one key that is ordered', {
      hint: "as in trades.joinAsof(quotes, { on: 'At', by: 'Ticker' }); keys that must be equal are for `by`",
    })
  }
  const [leftKey] = namesOf('left', left, leftOn) as [string]
  const [rightKey] = namesOf('right', right, rightOn) as [string]
  const { type } = left.schema.field(leftKey)
  if (tolerance !== undefined && !isNumeric(type.dtype) && !isTemporal(type.dtype)) {
    throw new MillraceError(
      'ERR_TYPE',
      `joinAsof option tolerance needs a number, date or timestamp, but ${JSON.stringify(leftKey)} is ${type.dtype}`,
      { column: leftKey, hint: 'leave it out: other keys have an order, but no distance' },
    )
  }
  return [leftKey, rightKey]
}

const readTolerance: OptionReader<number> = (value, name) => {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value
  const hint =
    'in units of the key: days of a date, ticks of a timestamp, so that 5 s of timestamp[ms] are 5_000'
  throw invalidArgument('a number of at least 0', name, value, hint)
}

// All left columns, and the right ones that are not left out.
function sideBySide(
  left: PlanNode,
  right: PlanNode,
  suffix: string,
  leftOut: (name: string) => boolean,
): JoinColumn[] {
  const { names } = left.schema
  const taken = new Set(names)
  return [
    ...names.map((name): JoinColumn => ({ name, side: 'left', column: name })),
    ...right.schema.names
      .filter(name => !leftOut(name))
      .map(
        (column): JoinColumn => ({
          name: taken.has(column) ? `${column}${suffix}` : column,
          side: 'right',
          column,
        }),
      ),
  ]
}
