// Plans as data: what the generator makes, the interpreter and the engine run, and the peers' scripts read as JSON.

/** What a value is, whatever its width. `approx` numbers depend on the order of a sum, so nothing may depend on them. */
export type Kind = 'bool' | 'int' | 'float' | 'text' | 'date' | 'time' | 'approx'

/** Dates and times are milliseconds since 1970. */
export type Cell = boolean | number | string | null

export interface Expression {
  readonly op: string
  readonly args: readonly Expression[]
  readonly kind: Kind
  /** No integer of this expression is larger; so generated plans never overflow. */
  readonly bound: number
  readonly extra: readonly (Cell | readonly Cell[])[]
}

export interface PlanColumn {
  readonly name: string
  readonly kind: Kind
  readonly bound: number
}

export interface PlanTable {
  readonly columns: readonly PlanColumn[]
  readonly dtypes: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Read as CSV, not from memory. */
  readonly csv: boolean
}

export interface PlanSortKey {
  readonly name: string
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

export interface PlanAggregate {
  readonly name: string
  readonly function: string
  readonly argument?: Expression
}

export type JoinKind = 'inner' | 'left' | 'right' | 'outer' | 'semi' | 'anti' | 'cross'

interface Common {
  readonly columns: readonly PlanColumn[]
}

interface Unary extends Common {
  readonly input: Plan
}

export type Plan =
  | (Common & { readonly step: 'scan'; readonly table: number })
  | (Unary & { readonly step: 'filter'; readonly where: Expression })
  | (Unary & {
      readonly step: 'project'
      readonly outputs: readonly NamedExpression[]
      readonly keep: boolean
    })
  | (Unary & {
      readonly step: 'group'
      readonly keys: readonly string[]
      readonly aggregates: readonly PlanAggregate[]
      readonly order: true | false | 'first'
    })
  | (Common & {
      readonly step: 'join'
      readonly left: Plan
      readonly right: Plan
      readonly on: readonly string[]
      readonly how: JoinKind
      readonly nullsEqual: boolean
    })
  | (Unary & { readonly step: 'sort'; readonly keys: readonly PlanSortKey[] })
  | (Unary & { readonly step: 'topK'; readonly keys: readonly PlanSortKey[]; readonly rows: number })
  | (Unary & { readonly step: 'slice'; readonly offset: number; readonly rows: number })
  | (Unary & { readonly step: 'tail'; readonly rows: number })
  | (Unary & {
      readonly step: 'distinct'
      readonly names: readonly string[]
      readonly keep: 'first' | 'last' | 'none'
    })
  | (Common & { readonly step: 'concat'; readonly inputs: readonly Plan[] })
  | (Unary & { readonly step: 'rowIndex'; readonly name: string })
  | (Unary & { readonly step: 'dropNulls'; readonly names: readonly string[] })

export interface NamedExpression {
  readonly name: string
  readonly expr: Expression
}
