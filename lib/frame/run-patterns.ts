// Patterns over the batches of a plan: workers get the texts alone, the other columns stay where they are.
import type { SharedColumn } from '../core/column-functions.js'
import { type DType, dataType } from '../core/dtypes.js'
import { cut, MillraceError } from '../core/errors.js'
import type { HeldBatch } from '../core/executor.js'
import { type PatternResult, patternRunner } from '../core/pattern-calls.js'
import { Schema } from '../core/schema.js'
import { type NativeArray, type NativeChunkColumn, type NativeTexts, native } from '../native.js'
import { patternArguments } from '../plan/expression/pattern.js'
import { concatNode } from '../plan/step/concat.js'
import { type MemoryScanNode, memoryScanNode } from '../plan/step/memory-scan.js'
import type { PlanNode } from '../plan/step/node.js'
import type { PatternColumn, PatternsNode } from '../plan/step/patterns.js'
import { BatchStep, type StepRun } from './batch-step.js'
import { checkMemory, countBytes, patternVerb } from './function-rows.js'
import { emptyColumn } from './shared-column.js'

/** What the limit of time is of. */
const batchRows = 65_536

/** A column of the frame that a batch becomes, and its dictionary. */
interface Made {
  readonly column: NativeChunkColumn
  readonly texts: NativeTexts | null
}

/** The patterns of one step over one stream of batches. */
export class PatternStep extends BatchStep<HeldBatch> {
  readonly #node: PatternsNode
  readonly #calls: readonly (readonly [PatternColumn, ...PatternColumn[]])[]
  readonly #parts: MemoryScanNode[] = []
  #partBytes = 0

  constructor(node: PatternsNode, run: StepRun) {
    super(run, patternRunner().workers)
    this.#node = node
    this.#calls = byPattern(node.columns)
  }

  protected override async *calls(): AsyncGenerator<HeldBatch> {
    const stream = this.stream(this.#node.input, batchRows)
    for (let batch = await stream.nextHeld(); batch; batch = await stream.nextHeld()) yield batch
  }

  protected override plan(): PlanNode {
    const [only] = this.#parts
    if (!only) return this.#none()
    return this.#parts.length === 1 ? only : concatNode(this.#parts)
  }

  #none(): PlanNode {
    const fields = this.#node.schema.fields.map(({ name, type: { dtype, nullable } }) => ({
      name,
      dtype: dtype as DType,
      nullable,
    }))
    return memoryScanNode(native().frameCreate(fields.map(emptyColumn)), this.#node.schema, 0)
  }

  protected override async called(batch: HeldBatch): Promise<() => void> {
    const memory = this.memory.take(batch.bytes)
    this.#checkMemory()
    const columns = new Map((await batch.write(memory)).map(column => [column.name, column]))
    const found = await Promise.all(this.#calls.map(call => this.#match(batch.rows, columns, call)))
    const results = new Map<string, Made>()
    for (const [at, call] of this.#calls.entries())
      for (const [i, { name, type }] of call.entries())
        results.set(name, madeOf(name, type.dtype, found[at]?.[i] as PatternResult))
    return () => this.#accept(batch.rows, columns, results, memory)
  }

  #accept(
    rows: number,
    columns: ReadonlyMap<string, SharedColumn>,
    results: ReadonlyMap<string, Made>,
    memory: SharedArrayBuffer,
  ): void {
    const { schema, kept } = this.#node
    const made = schema.names.map(name => results.get(name) ?? passed(columns.get(name) as SharedColumn))
    let bytes = [...results.values()].reduce((sum, one) => sum + bytesOf(one), 0)
    // What passes is read where it is.
    if (kept.length > 0) {
      this.memory.forget(memory)
      bytes += memory.byteLength
    } else this.memory.give(memory)
    const chunk = made.map(({ column }) => column)
    const handle = native().frameBorrow(
      [chunk],
      made.map(({ texts }) => texts),
    )
    countBytes(handle, bytes)
    this.#partBytes += bytes
    this.#parts.push(memoryScanNode(handle, this.#schemaOf(columns), rows))
    this.#checkMemory()
  }

  #checkMemory(): void {
    const { heldBytes, memoryLimit } = this.run
    checkMemory(heldBytes + this.memory.bytes + this.#partBytes, memoryLimit, patternVerb)
  }

  /** An inferred int64 column that held decimals after all is float64 by now. */
  #schemaOf(kept: ReadonlyMap<string, SharedColumn>): Schema {
    const { schema } = this.#node
    const fields = schema.fields.map(({ name, type }) => {
      const dtype = kept.get(name)?.type ?? type.dtype
      return { name, type: dtype === type.dtype ? type : dataType(dtype as DType, type.nullable) }
    })
    return fields.every(({ type }, i) => type === schema.fields[i]?.type) ? schema : new Schema(fields)
  }

  async #match(
    rows: number,
    shared: ReadonlyMap<string, SharedColumn>,
    columns: readonly [PatternColumn, ...PatternColumn[]],
  ): Promise<readonly PatternResult[]> {
    const [{ column: name, spec }] = columns
    const column = shared.get(name) as SharedColumn
    const place = new Int32Array(new SharedArrayBuffer(4))
    const { source, flags = '', timeout } = spec
    const pattern = source === undefined ? undefined : { source, flags }
    const functions = columns.map(({ spec: { source, flags, timeout, ...fn } }) => fn)
    try {
      return await patternRunner().call(
        { column, rows, pattern, functions, place },
        { timeout, signal: this.signal },
      )
    } catch (error) {
      throw patternError(error, columns[0], textAt(column, place[0] as number))
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
  return { column: { name, type, data, validity, ...(offsets && { offsets }), borrow: true }, texts: null }
}

/** A column of a batch on its way back: it is read where the engine wrote it. */
function passed({ name, type, data, validity, offsets, categories }: SharedColumn): Made {
  if (categories) {
    const codes = Uint32Array.from(data as Int32Array, code => Math.max(0, code))
    return { column: { name, type, codes, validity }, texts: encoded(categories) }
  }
  const array = data as NativeArray
  if (offsets instanceof Float64Array) {
    const positions = BigUint64Array.from(offsets, BigInt)
    return { column: { name, type, data: array, offsets: positions, validity }, texts: null }
  }
  return {
    column: { name, type, data: array, validity, ...(offsets && { offsets }), borrow: true },
    texts: null,
  }
}

/** What a column of results takes. */
function bytesOf({ column, texts }: Made): number {
  const values = 'codes' in column ? column.codes.byteLength : 'data' in column ? column.data.byteLength : 0
  return values + (texts ? texts.data.byteLength + texts.offsets.byteLength : 0)
}

function encoded(texts: readonly string[]): NativeTexts {
  const pieces = texts.map(text => Buffer.from(text))
  const offsets = new Uint32Array(texts.length + 1)
  for (const [i, piece] of pieces.entries()) offsets[i + 1] = (offsets[i] as number) + piece.length
  return { data: Buffer.concat(pieces), offsets }
}

function textAt({ data, offsets, categories }: SharedColumn, place: number): string | undefined {
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
