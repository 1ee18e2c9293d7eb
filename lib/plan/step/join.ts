import { type DataType, dataType } from '../../core/dtypes.js'
import { Schema } from '../../core/schema.js'
import { depthAboveAll, type PlanBase, type PlanNode } from './node.js'

export type JoinHow = 'inner' | 'left' | 'right' | 'outer' | 'semi' | 'anti' | 'cross' | 'asof'

/** How the last key of an asof join is met; the others must be equal. */
export interface AsofSettings {
  readonly direction: 'backward' | 'forward' | 'nearest'
  readonly allowExact: boolean
  /** The largest distance, in units of the key. */
  readonly tolerance?: number
}

export interface JoinColumn {
  readonly name: string
  readonly side: 'left' | 'right'
  /** Its name on that side. */
  readonly column: string
}

export interface JoinSettings {
  readonly how: JoinHow
  /** Columns of one type, pair by pair; none for a cross join. */
  readonly leftKeys: readonly string[]
  readonly rightKeys: readonly string[]
  /** What comes out, and from where. */
  readonly columns: readonly JoinColumn[]
  readonly nullsEqual: boolean
  readonly leftUnique: boolean
  readonly rightUnique: boolean
  readonly asof?: AsofSettings
}

/** Rows of two tables side by side where their keys are equal. Left rows keep their order. */
export interface JoinNode extends PlanBase, JoinSettings {
  readonly kind: 'join'
  readonly left: PlanNode
  readonly right: PlanNode
}

/** Throws ERR_DUPLICATE_COLUMN. Precondition: keys and columns exist. */
export function joinNode(left: PlanNode, right: PlanNode, settings: JoinSettings): JoinNode {
  const { how, leftKeys, rightKeys, columns, nullsEqual, leftUnique, rightUnique, asof } = settings
  return Object.freeze({
    kind: 'join' as const,
    left,
    right,
    how,
    leftKeys: Object.freeze([...leftKeys]),
    rightKeys: Object.freeze([...rightKeys]),
    columns: Object.freeze([...columns]),
    nullsEqual,
    leftUnique,
    rightUnique,
    ...(asof && { asof }),
    schema: new Schema(
      columns.map(({ name, side, column }) => {
        const { type } = (side === 'left' ? left : right).schema.field(column)
        return { name, type: mayMiss(how, side) ? nullable(type) : type }
      }),
    ),
    depth: depthAboveAll([left, right]),
  })
}

const mayMiss = (how: JoinHow, side: 'left' | 'right'): boolean =>
  how === 'outer' || (side === 'left' ? how === 'right' : how === 'left' || how === 'asof')

const nullable = (type: DataType): DataType => dataType(type.dtype, true)
