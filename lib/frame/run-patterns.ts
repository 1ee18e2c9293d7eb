// Patterns over the batches of a plan: workers get the texts alone, the other columns stay where they are.
import { type DType, dataType } from '../core/dtypes.js'
import { cut, MillraceError } from '../core/errors.js'
import type { QueryResult, ResultColumn } from '../core/executor.js'
import { type PatternResult, patternRunner } from '../core/pattern-calls.js'
import { Schema } from '../core/schema.js'
import { type NativeArray, type NativeChunkColumn, type NativeTexts, native } from '../native.js'
import { patternArguments } from '../plan/expression/pattern.js'
import { memoryScanNode } from '../plan/step/memory-scan.js'
import type { PlanNode } from '../plan/step/node.js'
import type { PatternColumn, PatternsNode } from '../plan/step/patterns.js'
import { BatchStep, type FunctionRun } from './batch-step.js'
import { sharedColumn } from './shared-column.js'

/** What the limit of time is of. */
const batchRows = 65_536

/** A column of the frame that a batch becomes, and its dictionary. */
interface Made {
  readonly column: NativeChunkColumn
  readonly texts: NativeTexts | null
}

/** The patterns of one step over one stream of batches. */
export class PatternStep extends BatchStep<QueryResult> {
  readonly #node: PatternsNode
  readonly #calls: readonly (readonly [PatternColumn, ...PatternColumn[]])[]

  constructor(node: PatternsNode, run: FunctionRun) {
    super(run, patternRunner().workers)
    this.#node = node
    this.#calls = byPattern(node.columns)
  }

  protected override calls(): AsyncGenerator<QueryResult> {
    return this.batches(this.#node.input, batchRows)
  }

  protected override none(): PlanNode {
    const columns = this.#node.schema.fields.map(({ name, type: { dtype } }) =>
      dtype === 'utf8' || dtype === 'dict'
        ? { name, type: dtype, data: new Uint8Array(0), offsets: new Uint32Array(1) }
        : { name, type: dtype, data: new Uint8Array(0) },
    )
    return memoryScanNode(native().frameCreate(columns), this.#node.schema, 0)
  }

  protected override async partOf(batch: QueryResult): Promise<PlanNode> {
    const results = new Map<string, Made>()
    await Promise.all(
      this.#calls.map(async columns => {
        const found = await this.#match(batch, columns)
        for (const [i, { name, type }] of columns.entries())
          results.set(name, madeOf(name, type.dtype, found[i] as PatternResult))
      }),
    )
    const kept = new Map(batch.columns.map(column => [column.name, column]))
    const made = this.#node.schema.names.map(
      name => results.get(name) ?? passed(kept.get(name) as ResultColumn),
    )
    const handle = native().frameBorrow(
      [made.map(({ column }) => column)],
      made.map(({ texts }) => texts),
    )
    return memoryScanNode(handle, this.#schemaOf(kept), batch.rows)
  }

  /** An inferred int64 column that held decimals after all is float64 by now. */
  #schemaOf(kept: ReadonlyMap<string, ResultColumn>): Schema {
    const { schema } = this.#node
    const fields = schema.fields.map(({ name, type }) => {
      const dtype = (kept.get(name)?.type as DType | undefined) ?? type.dtype
      return { name, type: dtype === type.dtype ? type : dataType(dtype as DType, type.nullable) }
    })
    return fields.every(({ type }, i) => type === schema.fields[i]?.type) ? schema : new Schema(fields)
  }

  async #match(
    batch: QueryResult,
    columns: readonly [PatternColumn, ...PatternColumn[]],
  ): Promise<readonly PatternResult[]> {
    const [{ column: name, spec }] = columns
    const found = batch.columns.find(column => column.name === name) as ResultColumn
    const column = sharedColumn(found)
    const place = new Int32Array(new SharedArrayBuffer(4))
    const { source, flags = '', timeout } = spec
    const pattern = source === undefined ? undefined : { source, flags }
    const functions = columns.map(({ spec: { source, flags, timeout, ...fn } }) => fn)
    try {
      return await patternRunner().call(
        { column, rows: batch.rows, pattern, functions, place },
        { timeout, signal: this.signal },
      )
    } catch (error) {
      throw patternError(error, columns[0], textAt(found, place[0] as number))
    }
  }
}

/** Columns of one pattern over the same texts are one call, so that each limit of time is kept by itself. */
function byPattern(columns: readonly PatternColumn[]): [PatternColumn, ...PatternColumn[]][] {
  const groups = new Map<string, [PatternColumn, ...PatternColumn[]]>()
  for (const column of columns) {
    const { source, flags, timeout } = column.spec
    const key = JSON.stringify([column.column, source, flags, timeout])
    const group = groups.get(key)
    if (group) group.push(column)
    else groups.set(key, [column])
  }
  return [...groups.values()]
}

function madeOf(name: string, type: string, result: PatternResult): Made {
  const { validity } = result
  if ('codes' in result) return { column: { name, type, codes: result.codes, validity }, texts: result.texts }
  const { data, offsets } = result
  return { column: { name, type, data, validity, ...(offsets && { offsets }) }, texts: null }
}

/** A column of a batch on its way back: its numbers are read where they are. */
function passed({ name, type, data, validity, offsets, categories }: ResultColumn): Made {
  if (categories) {
    const codes = Uint32Array.from(data as Int32Array, code => Math.max(0, code))
    return { column: { name, type, codes, validity }, texts: encoded(categories) }
  }
  const array = data as NativeArray
  if (!offsets) return { column: { name, type, data: array, validity, borrow: type !== 'bool' }, texts: null }
  const positions = offsets instanceof Uint32Array ? offsets : BigUint64Array.from(offsets, BigInt)
  return { column: { name, type, data: array, offsets: positions, validity }, texts: null }
}

function encoded(texts: readonly string[]): NativeTexts {
  const pieces = texts.map(text => Buffer.from(text))
  const offsets = new Uint32Array(texts.length + 1)
  for (const [i, piece] of pieces.entries()) offsets[i + 1] = (offsets[i] as number) + piece.length
  return { data: Buffer.concat(pieces), offsets }
}

function textAt({ data, offsets, categories }: ResultColumn, place: number): string | undefined {
  if (categories) return categories[place]
  if (!offsets) return undefined
  const [from, to] = [offsets[place] as number, offsets[place + 1] as number]
  const base = data.byteOffset - (offsets[0] as number)
  return Buffer.from(data.buffer as ArrayBuffer, base + from, Math.min(to - from, 800)).toString()
}

// What the message shows of a text, and what the error keeps.
const [shown, keptLength] = [60, 200]

function patternError(error: unknown, { column, spec }: PatternColumn, text: string | undefined): unknown {
  const call = `${spec.function}(${[column, ...patternArguments({ ...spec })].join(', ')})`
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'ERR_TASK_TIMEOUT') {
    return new MillraceError(
      'ERR_PATTERN_TIMEOUT',
      `${call} took longer than its limit of ${spec.timeout} ms for a batch of rows; it was at the text ${JSON.stringify(cut(text ?? '', shown))}`,
      {
        column,
        text: text && cut(text, keptLength),
        hint: 'repetitions inside repetitions, as in (a+)+, try endless ways to match: write them so that a text can match in one way only; or raise the limit: { timeout: 60_000 }',
        cause: error,
      },
    )
  }
  if (typeof code === 'string' || !(error instanceof Error)) return error
  return new MillraceError('ERR_INVALID_ARGUMENT', `${call} failed: ${error.message}`, {
    column,
    text: text && cut(text, keptLength),
    hint: 'make the pattern simpler, or the texts shorter',
    cause: error,
  })
}
