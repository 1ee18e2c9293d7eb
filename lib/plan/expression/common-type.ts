import { type DataType, dataType, isFloat, isNumeric, isTemporal, isText } from '../../core/dtypes.js'
import { literalAs } from './literal.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/**
 * The type that holds every branch of a choice: the same type kept, integers widened to int64, any float to float64,
 * text to utf8; the null literal fits all. Nullability is the caller's. Throws ERR_TYPE where there is none, which begins
 * with what `does` the choice and ends with the hint.
 */
export function commonType(
  does: string,
  branches: readonly ExprNode[],
  hint = 'cast the branches to one type',
): DataType['dtype'] {
  let common: DataType['dtype'] = 'null'
  let from = branches[0] as ExprNode
  for (const branch of branches) {
    const { dtype } = branch.type
    const joined = joinedDtype(common, dtype)
    if (!joined) throw typeError(does, [from, branch], hint)
    if (joined !== common) from = branch
    common = joined
  }
  return common
}

/** The dtype that holds both, or undefined where there is none. */
export function joinedDtype(a: DataType['dtype'], b: DataType['dtype']): DataType['dtype'] | undefined {
  if (a === b || b === 'null') return a
  if (a === 'null') return b
  if (isNumeric(a) && isNumeric(b)) return isFloat(a) || isFloat(b) ? 'float64' : 'int64'
  return isText(a) && isText(b) ? 'utf8' : undefined
}

/** Literal branches take the type of the first branch that is not a literal. */
export function adaptBranches(branches: readonly ExprNode[]): ExprNode[] {
  const model = branches.find(branch => branch.op !== 'lit' && branch.type.dtype !== 'null')
  if (!model) return [...branches]
  const { dtype } = model.type
  return branches.map(branch => (isTemporal(dtype) || isNumeric(dtype) ? literalAs(branch, dtype) : branch))
}

export const orNullable = (dtype: DataType['dtype'], nullable: boolean): DataType =>
  dataType(dtype, nullable || dtype === 'null')
