// The run-time side of `Table`; types and documentation are in `table-methods.ts`.
import { type InspectOptions, inspect } from 'node:util'
import { type DType, dataType, typeText } from '../../core/dtypes.js'
import { MillraceError } from '../../core/errors.js'
import type { QueryResult, QueryStats } from '../../core/executor.js'
import { Schema } from '../../core/schema.js'
import { SchemaClasses } from '../column-getters.js'
import { type DisplayColumn, tableText } from '../display/table-text.js'
import type { parametersOf, Reading } from '../schema-types.js'
import { arrowBytes } from './arrow-bytes.js'
import { ColumnVector } from './column-vector.js'
import { csvText } from './csv-text.js'
import { eachRow, rowObjects } from './row-objects.js'
import type { Table, TableMethods, TableProperties } from './table-methods.js'

class TableBase {
  readonly #columns: readonly ColumnVector[]
  readonly #schema: Schema
  readonly #stats: QueryStats
  readonly #length: number

  constructor(result: QueryResult, schema: Schema, reading: Reading) {
    this.#columns = result.columns.map(column => new ColumnVector(column, result.rows, reading))
    this.#schema = schema
    this.#stats = Object.freeze({ ...result.stats })
    this.#length = result.rows
    Object.freeze(this)
  }

  static columnOf(table: TableBase, name: unknown): ColumnVector {
    const { name: known } = table.#schema.field(name)
    return table.#columns[table.#schema.indexOf(known)] as ColumnVector
  }

  static columnsOf(table: TableBase): readonly ColumnVector[] {
    return table.#columns
  }

  get length(): number {
    return this.#length
  }

  get columns(): readonly string[] {
    return this.#schema.names
  }

  get schema(): object {
    return this.#schema.toObject()
  }

  get stats(): QueryStats {
    return this.#stats
  }

  col(name: unknown): ColumnVector {
    return TableBase.columnOf(this, name)
  }

  toObjects(): object[] {
    return rowObjects(
      this.#schema.names,
      this.#columns.map(column => column.toArray()),
      this.#length,
    )
  }

  rows(): IterableIterator<any> {
    return eachRow(
      this.#schema.names,
      this.#columns.map(column => column.rowReader()),
      this.#length,
    )
  }

  [Symbol.iterator](): IterableIterator<any> {
    return this.rows()
  }

  toJSON(): object[] {
    return rowObjects(
      this.#schema.names,
      this.#columns.map(column => column.toJSON()),
      this.#length,
    )
  }

  toColumns(): object {
    return Object.fromEntries(this.#columns.map(column => [column.name, column.toArray()]))
  }

  toCsv(options?: unknown): string {
    return csvText(this.#columns, this.#length, options)
  }

  toArrow(options?: unknown): Uint8Array {
    return arrowBytes(this.#columns, this.#length, this.#schema, options)
  }

  toString(): string {
    return tableText(this.#length, this.#columns.map(displayColumn))
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    if (depth < 0 || (options.depth ?? 0) < 0)
      return `[Table  ${this.#length} rows x ${this.#columns.length} columns]`
    return this.toString()
  }
}

Object.defineProperty(TableBase, 'name', { value: 'Table' })
const classes = new SchemaClasses(TableBase, 'a table', TableBase.columnOf)

/** All columns of a table, in order. */
export const columnsOf = (table: Table<any, any>): readonly ColumnVector[] =>
  TableBase.columnsOf(table as unknown as TableBase)

/** The table of a result. `planned` knows which columns may have nulls even where this result has none. */
export function tableOf(result: QueryResult, planned: Schema, reading: Reading): Table<any, any> {
  const schema = resultSchema(result, planned)
  const SchemaTable = classes.for(schema)
  return new SchemaTable(result, schema, reading) as unknown as Table<any, any>
}

// The engine's dtypes count: an inferred int64 column may have widened to float64.
function resultSchema(result: QueryResult, planned: Schema): Schema {
  if (result.columns.length !== planned.names.length) {
    throw new MillraceError(
      'ERR_INTERNAL',
      `The engine returned ${result.columns.length} columns instead of ${planned.names.length}`,
    )
  }
  const same = result.columns.every(({ name, type }, i) => {
    const field = planned.fields[i]
    return field?.name === name && field.type.dtype === type
  })
  if (same && result.columns.every(({ nullCount }, i) => nullCount === 0 || planned.fields[i]?.type.nullable))
    return planned
  const nullable = (i: number, nullCount: number) =>
    nullCount > 0 || (planned.fields[i]?.type.nullable ?? false)
  return new Schema(
    result.columns.map(({ name, type, nullCount }, i) => ({
      name,
      type: dataType(type as DType, nullable(i, nullCount)),
    })),
  )
}

function displayColumn(column: ColumnVector): DisplayColumn {
  const exact = column.plainText(false)
  const float = column.dtype === 'float64' || column.dtype === 'float32'
  const type = typeText(dataType(column.dtype, column.nullCount > 0))
  const cell = (row: number) => {
    if (!column.isValid(row)) return 'null'
    return float ? floatCell(Number(exact(row))) : exact(row)
  }
  return { name: column.name, type, cell }
}

// Seven digits are plenty for the eye; `values` has them all.
const floatCell = (value: number): string =>
  String(Number.isFinite(value) ? Number(value.toPrecision(7)) : value)

const everyMethodExists: Exclude<
  keyof TableMethods | keyof TableProperties<any, any>,
  keyof TableBase | typeof parametersOf
> extends never
  ? true
  : never = true
void everyMethodExists
