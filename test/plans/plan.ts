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

/** A window function: one value a row, of the rows of its partition in the order of the keys. */
export interface PlanWindow {
  readonly name: string
  readonly function: string
  readonly argument?: Expression
  readonly keys: readonly string[]
  readonly order: readonly PlanSortKey[]
  readonly parameters: WindowParameters
}

export interface WindowParameters {
  readonly offset?: number
  readonly fill?: Cell
  readonly limit?: number
  readonly method?: 'average' | 'min' | 'max' | 'dense' | 'ordinal'
  readonly descending?: boolean
  /** A rolling aggregate, of that many rows or of a period of time. */
  readonly rows?: number
  readonly center?: boolean
  readonly period?: string
  readonly by?: string
  readonly closed?: 'left' | 'right' | 'both' | 'none'
  readonly minPeriods?: number
}

export type JoinKind = 'inner' | 'left' | 'right' | 'outer' | 'semi' | 'anti' | 'cross'

interface Common {
  readonly columns: readonly PlanColumn[]
}

interface Unary extends Common {
  readonly input: Plan
}

/** Beside each left row the right one with the nearest key, among those with the same `by` keys. */
export interface AsofJoin {
  readonly step: 'asof'
  readonly left: Plan
  readonly right: Plan
  readonly leftOn: string
  readonly rightOn: string
  readonly by: readonly string[]
  readonly direction: 'backward' | 'forward' | 'nearest'
  readonly allowExact: boolean
  /** In units of the key: days, microseconds. */
  readonly tolerance?: number
}

/** Groups by the intervals that a time lies in, and by other keys before it. */
export interface TimeGroups {
  readonly step: 'timeGroups'
  readonly time: string
  readonly every: string
  readonly offset?: string
  readonly closed: 'left' | 'right'
  readonly label: 'left' | 'right'
  readonly zone?: string
  readonly by: readonly string[]
  readonly dropNulls: boolean
  /** Also the intervals without rows: with these values by name, else those of no rows. */
  readonly fillEmpty?: Readonly<Record<string, number>>
  readonly aggregates: readonly PlanAggregate[]
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
  | (Common & AsofJoin)
  | (Unary & TimeGroups)
  | (Unary & { readonly step: 'sort'; readonly keys: readonly PlanSortKey[] })
  | (Unary & { readonly step: 'topK'; readonly keys: readonly PlanSortKey[]; readonly rows: number })
  | (Unary & { readonly step: 'slice'; readonly offset: number; readonly rows: number })
  | (Unary & { readonly step: 'tail'; readonly rows: number })
  | (Unary & {
      readonly step: 'distinct'
      readonly names: readonly string[]
      readonly keep: 'first' | 'last' | 'none'
    })
  | (Common & {
      readonly step: 'concat'
      readonly inputs: readonly Plan[]
      readonly match: 'same' | 'union' | 'intersection'
    })
  | (Unary & { readonly step: 'window'; readonly windows: readonly PlanWindow[] })
  | (Unary & {
      /** The first rows of each partition, and of those the ones that the condition is true for. */
      readonly step: 'firstRows'
      readonly keys: readonly string[]
      readonly order: readonly PlanSortKey[]
      readonly rows: number
      readonly where?: Expression
    })
  | (Unary & {
      readonly step: 'unpivot'
      readonly on: readonly string[]
      readonly index: readonly string[]
      readonly variableName: string
      readonly valueName: string
    })
  | (Unary & {
      readonly step: 'pivot'
      readonly on: string
      readonly wanted: readonly Cell[]
      readonly values: string
      readonly index: readonly string[]
      readonly aggregate: string
    })
  | (Unary & { readonly step: 'persist' })
  | (Unary & { readonly step: 'rowIndex'; readonly name: string })
  | (Unary & { readonly step: 'dropNulls'; readonly names: readonly string[] })

export interface NamedExpression {
  readonly name: string
  readonly expr: Expression
}
