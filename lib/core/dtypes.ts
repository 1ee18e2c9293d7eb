import { suggestion } from './did-you-mean.js'
import { invalidArgument, MillraceError } from './errors.js'

export const dtypeNames = Object.freeze([
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float32',
  'float64',
  'utf8',
  'dict',
  'date',
  'timestamp[ms]',
  'timestamp[us]',
  'timestamp[ns]',
] as const)

/** The name of a value type. `dict` is text kept as codes into a list of categories. */
export type DType = (typeof dtypeNames)[number]

/** A dtype as a schema spells it: `float64`, or `float64?` when nulls may occur. */
export type DTypeText = DType | `${DType}?`

/** The type of an expression: `unknown` until bound to a frame, `null` for the untyped null literal. */
export interface DataType {
  readonly dtype: DType | 'null' | 'unknown'
  readonly nullable: boolean
}

const known: ReadonlySet<string> = new Set(dtypeNames)

// One frozen object per type, so that types compare by identity.
const interned = new Map<string, DataType>()

export function dataType(dtype: DataType['dtype'], nullable: boolean): DataType {
  const key = nullable ? `${dtype}?` : dtype
  const known = interned.get(key)
  if (known) return known
  const type = Object.freeze({ dtype, nullable })
  interned.set(key, type)
  return type
}

export const unknownType: DataType = dataType('unknown', true)
export const nullType: DataType = dataType('null', true)

/** `float64?` for a nullable float64. */
export function typeText(type: DataType): DTypeText {
  return (type.nullable && type.dtype !== 'null' ? `${type.dtype}?` : type.dtype) as DTypeText
}

/** Reads `float64` or `float64?`; throws ERR_INVALID_ARGUMENT with a did-you-mean. */
export function parseType(text: unknown, name: string): DataType {
  if (typeof text !== 'string') throw invalidArgument('the name of a dtype', name, text)
  const nullable = text.endsWith('?')
  const dtype = nullable ? text.slice(0, -1) : text
  if (known.has(dtype)) return dataType(dtype as DType, nullable)
  throw new MillraceError('ERR_INVALID_ARGUMENT', `Unknown dtype ${JSON.stringify(text)} for ${name}`, {
    hint: suggestion(aliases[dtype.toLowerCase()] ?? dtype, dtypeNames),
  })
}

// What people coming from SQL, pandas or JavaScript write.
const aliases: Readonly<Record<string, DType>> = Object.assign(Object.create(null), {
  string: 'utf8',
  str: 'utf8',
  text: 'utf8',
  object: 'utf8',
  varchar: 'utf8',
  category: 'dict',
  number: 'float64',
  float: 'float64',
  double: 'float64',
  int: 'int64',
  long: 'int64',
  integer: 'int64',
  bigint: 'int64',
  boolean: 'bool',
  datetime: 'timestamp[us]',
  timestamp: 'timestamp[us]',
  'datetime64[ns]': 'timestamp[ns]',
})

export const isFloat = (dtype: string): boolean => dtype === 'float32' || dtype === 'float64'
export const isInteger = (dtype: string): boolean => dtype.startsWith('int') || dtype.startsWith('uint')
export const isNumeric = (dtype: string): boolean => isFloat(dtype) || isInteger(dtype)
export const isText = (dtype: string): boolean => dtype === 'utf8' || dtype === 'dict'
export const isTimestamp = (dtype: string): boolean => dtype.startsWith('timestamp')
export const isTemporal = (dtype: string): boolean => dtype === 'date' || isTimestamp(dtype)

export type TimeUnit = 'ms' | 'us' | 'ns'

/** Precondition: a timestamp dtype. */
export const unitOf = (dtype: string): TimeUnit => dtype.slice(10, 12) as TimeUnit

/** Ticks a millisecond. */
export const ticksPerMs: Readonly<Record<TimeUnit, bigint>> = Object.freeze({
  ms: 1n,
  us: 1_000n,
  ns: 1_000_000n,
})

/** Inclusive bounds of the integer dtypes. */
export function integerRange(dtype: string): readonly [bigint, bigint] {
  const bits = BigInt(dtype.replace(/\D/g, ''))
  return dtype.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}
