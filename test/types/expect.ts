// What type tests say of types, and the frame that they say it of.
import { type DataFrame, type Expr, readCsv } from 'millrace'

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export declare function same<A, B>(check: Equal<A, B>): void
export type SchemaOf<F> = F extends DataFrame<infer S> ? S : never
export type TypeOf<E> = E extends Expr<infer C, any> ? C : never
export type ModeOf<E> = E extends Expr<any, infer M> ? M : never

export const df = readCsv('prices.csv', {
  schema: {
    Date: 'date',
    Ticker: 'utf8',
    Open: 'float64?',
    Close: 'float64',
    Volume: 'int64',
    At: 'timestamp[us]?',
    Up: 'bool?',
    filter: 'utf8',
  },
})
