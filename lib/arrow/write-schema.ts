import { type DType, isTimestamp, unitOf } from '../core/dtypes.js'
import {
  bool,
  type FlatField,
  int8,
  int16,
  int32,
  int64,
  type Part,
  part,
  table,
  text,
  vector,
} from './flatbuffer-writer.js'
import { timeUnits } from './types.js'

export interface WrittenField {
  readonly name: string
  readonly dtype: DType
  readonly nullable: boolean
}

// Numbers of the union `Type` of Schema.fbs.
const typeIds = { int: 2, float: 3, utf8: 5, bool: 6, date: 8, timestamp: 10 } as const

/** A dictionary has the number of its column. */
export function schemaPart(fields: readonly WrittenField[]): Part {
  return table(int16(0), part(vector(fields.map(fieldPart))))
}

function fieldPart({ name, dtype, nullable }: WrittenField, column: number): Part {
  const [id, type] = typePart(dtype)
  const dictionary =
    dtype === 'dict' ? part(table(int64(column), part(intPart(32, true)), bool(false))) : undefined
  return table(part(text(name)), bool(nullable), int8(id), part(type), dictionary, part(vector([])))
}

const intPart = (bits: number, signed: boolean): Part => table(int32(bits), bool(signed))

function typePart(dtype: DType): [id: number, type: Part] {
  if (isTimestamp(dtype)) return [typeIds.timestamp, table(int16(timeUnits.indexOf(unitOf(dtype) as never)))]
  const integer = /^(u?)int(\d+)$/.exec(dtype)
  if (integer) return [typeIds.int, intPart(Number(integer[2]), integer[1] === '')]
  switch (dtype) {
    case 'bool':
      return [typeIds.bool, table()]
    case 'float32':
      return [typeIds.float, table(int16(1))]
    case 'float64':
      return [typeIds.float, table(int16(2))]
    case 'date':
      return [typeIds.date, table(day)]
    default: // utf8, and what the codes of dict mean
      return [typeIds.utf8, table()]
  }
}

const day: FlatField = int16(0)
