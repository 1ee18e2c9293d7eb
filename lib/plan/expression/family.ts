import type { DataType } from '../../core/dtypes.js'
import type { ExprNode, Json } from './node.js'

/** A family of operations that share their typing rule. One file a family. */
export interface Family {
  readonly ops: readonly string[]
  /** The result's type when the arguments' types do not matter: given even before the columns are known. */
  readonly fixed?: DataType
  /** Converts literals to the type of what they meet. Every argument's type is known. */
  adapt?(op: string, args: readonly ExprNode[], extra: readonly Json[]): readonly ExprNode[]
  /** The result's type; throws ERR_TYPE when the operation does not take these. Every argument's type is known. */
  type(op: string, args: readonly ExprNode[], extra: readonly Json[]): DataType
}
