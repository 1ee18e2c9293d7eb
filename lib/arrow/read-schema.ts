// The schema message: fields with their types, and what a record batch holds for each.
import { damaged, unsupported } from './damage.js'
import type { FlatTable } from './flatbuffer.js'
import { type ArrowField, type ArrowType, type Layout, timeUnits, typeName } from './types.js'

const mostNested = 64

/** Where reading a schema stands: metadata whose parts share bytes could name far more fields than it has bytes. */
interface Reading {
  readonly version: number
  fieldsLeft: number
}

export function readSchema(schema: FlatTable, version: number): ArrowField[] {
  if (schema.int16(0) !== 0) {
    throw unsupported(
      'The Arrow data is big-endian',
      'write it on a little-endian machine, or convert it, as with pyarrow',
    )
  }
  const reading: Reading = { version, fieldsLeft: schema.size / 8 }
  return schema.tables(1).map(field => readField(field, reading, 0))
}

function readField(table: FlatTable, reading: Reading, depth: number): ArrowField {
  if (--reading.fieldsLeft < 0 || depth > mostNested) throw damaged('the schema is nested without end')
  const children = table.tables(5).map(child => readField(child, reading, depth + 1))
  const name = table.text(0) ?? ''
  const id = table.int8(2)
  const type = readType(id, table.table(3), children)
  const encoding = table.table(4)
  if (!encoding) return { name, type, layout: layoutOf(id, table.table(3), reading.version, children) }
  const index = encoding.table(1)
  const bits = index?.int32(0) ?? 32
  if (![8, 16, 32, 64].includes(bits)) throw damaged(`codes of ${bits} bits`, name)
  return {
    name,
    type,
    dictionary: { id: encoding.bigint(0), index: { bits, signed: index?.bool(1) ?? true } },
    layout: { buffers: 2, nodes: 1, variadic: 0 },
  }
}

type TypeReader = (table: FlatTable | undefined, children: readonly ArrowField[]) => ArrowType

const other =
  (name: string): TypeReader =>
  (_, children) => ({
    kind: 'other',
    name:
      children.length === 0
        ? name
        : `${name}<${children.map(child => `${child.name}: ${typeName(child.type)}`).join(', ')}>`,
  })

// By the number in the union `Type` of Schema.fbs.
const typeReaders: Readonly<Record<number, TypeReader>> = {
  1: () => ({ kind: 'null' }),
  2: table => intType(table?.int32(0) ?? 0, table?.bool(1) ?? false),
  3: table => floatType(table?.int16(0) ?? 0),
  4: other('Binary'),
  5: () => ({ kind: 'utf8' }),
  6: () => ({ kind: 'bool' }),
  7: table => ({
    kind: 'other',
    name: `Decimal${table?.int32(2, 128) ?? 128}(${table?.int32(0) ?? 0}, ${table?.int32(1) ?? 0})`,
  }),
  8: table => ({ kind: 'date', unit: (table?.int16(0, 1) ?? 1) === 0 ? 'day' : 'ms' }),
  9: table => ({ kind: 'other', name: `Time${table?.int32(1, 32) ?? 32}` }),
  10: table => timestampType(table?.int16(0) ?? 0, table?.text(1)),
  11: other('Interval'),
  12: other('List'),
  13: other('Struct'),
  14: other('Union'),
  15: other('FixedSizeBinary'),
  16: other('FixedSizeList'),
  17: other('Map'),
  18: other('Duration'),
  19: other('LargeBinary'),
  20: () => ({ kind: 'largeUtf8' }),
  21: other('LargeList'),
  22: other('RunEndEncoded'),
  23: other('BinaryView'),
  24: () => ({ kind: 'utf8View' }),
  25: other('ListView'),
  26: other('LargeListView'),
}

function readType(id: number, table: FlatTable | undefined, children: readonly ArrowField[]): ArrowType {
  const read = typeReaders[id]
  if (!read) throw damaged(`a type numbered ${id}`)
  return read(table, children)
}

function intType(bits: number, signed: boolean): ArrowType {
  if (![8, 16, 32, 64].includes(bits)) throw damaged(`integers of ${bits} bits`)
  return { kind: 'int', bits, signed }
}

function floatType(precision: number): ArrowType {
  const bits = ([16, 32, 64] as const)[precision]
  if (!bits) throw damaged(`floats of precision ${precision}`)
  return { kind: 'float', bits }
}

function timestampType(unit: number, zone: string | undefined): ArrowType {
  const name = timeUnits[unit]
  if (!name) throw damaged(`timestamps of unit ${unit}`)
  return { kind: 'timestamp', unit: name, zone: zone === '' ? undefined : zone }
}

// Buffers of the column itself; two, validity and values, where nothing else is said.
const bufferCounts: Readonly<Record<number, number>> = {
  1: 0, // Null
  4: 3, // Binary, Utf8 and their large forms: offsets too
  5: 3,
  13: 1, // Struct
  16: 1, // FixedSizeList
  19: 3,
  20: 3,
  22: 0, // RunEndEncoded
  25: 3, // ListView: offsets and sizes
  26: 3,
}

function layoutOf(
  id: number,
  table: FlatTable | undefined,
  version: number,
  children: readonly ArrowField[],
): Layout {
  // A dense union has offsets beside its types; before version 5 unions had validity too.
  const union = id === 14 ? (table?.int16(0) === 1 ? 2 : 1) + (version < 4 ? 1 : 0) : undefined
  const own: Layout = {
    buffers: union ?? bufferCounts[id] ?? 2,
    nodes: 1,
    variadic: id === 23 || id === 24 ? 1 : 0,
  }
  return children.reduce(
    (sum, { layout }) => ({
      buffers: sum.buffers + layout.buffers,
      nodes: sum.nodes + layout.nodes,
      variadic: sum.variadic + layout.variadic,
    }),
    own,
  )
}
