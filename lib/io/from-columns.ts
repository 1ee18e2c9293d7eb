import { lend } from '../core/borrowed-buffer.js'
import { suggestion } from '../core/did-you-mean.js'
import { type DataType, type DTypeText, parseType } from '../core/dtypes.js'
import { fromNative, invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, type OptionReader, readOptions } from '../core/options.js'
import { Schema } from '../core/schema.js'
import { frameOf } from '../frame/data-frame.js'
import type { DataFrame } from '../frame/frame-methods.js'
import type { Flat, Nothing } from '../frame/schema-types.js'
import { native } from '../native.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import { type ColumnInput, columnInput } from './column-input.js'

/** Values of a column: an array of one kind of value, null or undefined where there is none, or a typed array. */
export type ColumnValues =
  | readonly (number | null | undefined)[]
  | readonly (string | null | undefined)[]
  | readonly (boolean | null | undefined)[]
  | readonly (bigint | null | undefined)[]
  | readonly (Date | null | undefined)[]
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

export interface FromOptions<D> {
  /** Dtypes by column, for columns whose values do not say enough. */
  readonly schema?: D
}

export interface ColumnsOptions<D> extends FromOptions<D> {
  /** Copies typed arrays, which are then free to change and to be transferred; default false. */
  readonly copy?: boolean
}

type Dtypes = Readonly<Record<string, DTypeText>>

type TypedArrayType<A> = A extends Float64Array
  ? 'float64'
  : A extends Float32Array
    ? 'float32'
    : A extends BigInt64Array
      ? 'int64'
      : A extends BigUint64Array
        ? 'uint64'
        : A extends Int32Array
          ? 'int32'
          : A extends Int16Array
            ? 'int16'
            : A extends Int8Array
              ? 'int8'
              : A extends Uint32Array
                ? 'uint32'
                : A extends Uint16Array
                  ? 'uint16'
                  : 'uint8'

/** The dtype that values of a JavaScript type get. */
export type ValueType<V> = [Exclude<V, null | undefined>] extends [infer B]
  ? BaseType<B> extends infer T extends string
    ? null extends V
      ? `${T}?`
      : undefined extends V
        ? `${T}?`
        : T
    : never
  : never

type BaseType<B> = B extends number
  ? 'float64'
  : B extends string
    ? 'utf8'
    : B extends boolean
      ? 'bool'
      : B extends bigint
        ? 'int64'
        : B extends Date
          ? 'timestamp[ms]'
          : never

type ColumnsSchema<C, D> = Flat<{
  [K in keyof C]: K extends keyof D
    ? D[K]
    : C[K] extends readonly (infer V)[]
      ? ValueType<V>
      : TypedArrayType<C[K]>
}>

/**
 * A frame over columns in memory. Arrays are copied: numbers become float64, strings utf8, booleans bool, bigints int64,
 * Dates timestamp[ms]; the schema can say otherwise. O(values). pandas: `pd.DataFrame({...}, copy=False)`.
 *
 * Typed arrays keep their type and are not copied: the engine reads them where they are, which costs nothing however
 * long they are, and the frame keeps them alive. Leave them as they are while it is in use: a change shows in the queries
 * after it, and in part in one that runs meanwhile. Their buffers cannot be transferred to another thread any more; what
 * lies in a SharedArrayBuffer can be shared. `copy: true` lifts both. Arrays over buffers that may shrink or are not the
 * program's own (resizable ones, WebAssembly's memory, Node's pool of small Buffers) are always copied.
 *
 * @example
 * const df = fromColumns({ city: ['Rome', 'Oslo', null], degrees: new Float64Array([31, 19, 7]) })
 * @example
 * const df = fromColumns({ id: [1, 2], day: ['2020-01-01', '2020-01-02'] }, { schema: { id: 'int64', day: 'date' } })
 * @example
 * const samples = new Float32Array(1000)
 * const df = fromColumns({ samples }, { copy: true })
 * samples.fill(1) // not seen by df
 * @throws ERR_TYPE for a value of another kind, with its row; ERR_INVALID_ARGUMENT for columns of different lengths;
 *   ERR_BUFFER_DETACHED for an array whose memory was transferred, here or when a query begins
 */
export function fromColumns<
  C extends Readonly<Record<string, ColumnValues>>,
  const D extends Dtypes = Nothing,
>(columns: C, options?: ColumnsOptions<D>): DataFrame<ColumnsSchema<C, D>> {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    throw invalidArgument('an object of columns', 'fromColumns', columns)
  }
  const { schema = new Map(), copy = false } = readOptions<{ schema: DeclaredTypes; copy: boolean }>(
    options,
    'fromColumns',
    { schema: declaredTypes, copy: boolean },
  )
  return frameFrom(Object.entries(columns), schema, 'fromColumns', copy)
}

export type DeclaredTypes = ReadonlyMap<string, DataType>

export const declaredTypes: OptionReader<DeclaredTypes> = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument("an object such as { id: 'int64' }", name, value)
  }
  return new Map(
    Object.entries(value).map(([column, type]) => [
      column,
      parseType(type, `column ${JSON.stringify(column)}`),
    ]),
  )
}

/** The frame of named columns of one length. */
export function frameFrom<S>(
  columns: readonly (readonly [name: string, values: unknown])[],
  declared: DeclaredTypes,
  method: string,
  copy: boolean,
): DataFrame<S> {
  const names = columns.map(([name]) => name)
  for (const name of declared.keys()) {
    if (!names.includes(name)) {
      throw new MillraceError(
        'ERR_COLUMN_NOT_FOUND',
        `${method} got no column ${JSON.stringify(name)}, which schema names`,
        {
          column: name,
          hint: suggestion(name, names),
        },
      )
    }
  }
  const made = columns.map(([name, values]) => columnInput(name, values, declared.get(name)))
  const rows = checkLengths(made)
  const schema = new Schema(made.map(({ input, type }) => ({ name: input.name, type })))
  const lent = copy ? [] : made.flatMap(({ lendable }) => lendable ?? [])
  const handle = lent.length > 0 ? lendingHandle(made) : copyingHandle(made)
  return frameOf(memoryScanNode(handle, schema, rows, [...new Set(lent)].map(lend)))
}

/** A frame of so many rows that have no column. */
export function rowsWithoutColumns(rows: number): DataFrame {
  return frameFrom<any>([['row', new Uint8Array(rows)]], new Map(), 'fromColumns', true).select()
}

function copyingHandle(columns: readonly ColumnInput[]): unknown {
  const binding = native()
  try {
    return binding.frameCreate(columns.map(({ input }) => input))
  } catch (error) {
    throw fromNative(error)
  }
}

function lendingHandle(columns: readonly ColumnInput[]): unknown {
  const binding = native()
  const chunk = columns.map(({ input, lendable }) => ({ ...input, borrow: lendable !== undefined }))
  try {
    return binding.frameBorrow([chunk], [])
  } catch (error) {
    throw fromNative(error)
  }
}

function checkLengths(columns: readonly ColumnInput[]): number {
  const lengthOf = ({ input }: ColumnInput) => (input.offsets ? input.offsets.length - 1 : input.data.length)
  const [first] = columns
  const rows = first ? lengthOf(first) : 0
  for (const column of columns) {
    if (lengthOf(column) === rows) continue
    throw new MillraceError(
      'ERR_INVALID_ARGUMENT',
      `Columns of different lengths: ${JSON.stringify(first?.input.name)} has ${rows} rows, ${JSON.stringify(column.input.name)} ${lengthOf(column)}`,
      { column: column.input.name },
    )
  }
  return rows
}
