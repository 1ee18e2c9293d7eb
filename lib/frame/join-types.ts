import type { Flat, IsNullable, OrNull } from './schema-types.js'

export type JoinHow = 'inner' | 'left' | 'right' | 'outer' | 'semi' | 'anti'

interface CommonJoinOptions<X> {
  /** Put behind the names of right columns that the left has too; default `_right`. */
  readonly suffix?: X
  /** Whether null keys are equal to each other; by default they match nothing. */
  readonly nullsEqual?: boolean
  /**
   * What the keys must be: `1:1` unique on both sides, `1:m` on the left, `m:1` on the right. The query fails with
   * ERR_JOIN_CARDINALITY otherwise; default `m:m`, anything.
   */
  readonly validate?: '1:1' | '1:m' | 'm:1' | 'm:m'
}

/** Options of `join` where the keys have the same names on both sides. */
export interface JoinOptions<K, H, X> extends CommonJoinOptions<X> {
  readonly on: K | readonly K[]
  /** Which rows stay: those with a partner (default), all of one side or of both, or just a test for one. */
  readonly how?: H
}

/** Options of `join` where the keys have names of their own. The result has the left's. */
export interface JoinOnOptions<K, L, H, X> extends CommonJoinOptions<X> {
  readonly leftOn: K | readonly K[]
  readonly rightOn: L | readonly L[]
  readonly how?: H
}

/** Options of `join` of every row with every row. */
export interface CrossJoinOptions<X> {
  readonly how: 'cross'
  readonly suffix?: X
}

/** Options of `joinAsof`. */
export interface AsofOptions<K, L, B, X> {
  /** The ordered key, by the name that it has on both sides. */
  readonly on?: K
  /** The ordered key by its names on either side; both columns stay. */
  readonly leftOn?: K
  readonly rightOn?: L
  /** Keys that must be equal. */
  readonly by?: B | readonly B[]
  /** The last right row that is not after (default), the first that is not before, or the nearer one (or the earlier). */
  readonly direction?: 'backward' | 'forward' | 'nearest'
  /** Whether a right row with the very same key counts; default true. */
  readonly allowExact?: boolean
  /** The largest distance, in units of the key: days for dates, ticks of the dtype for timestamps. */
  readonly tolerance?: number
  readonly suffix?: X
}

type Key<L, R, H> = H extends 'right'
  ? R
  : H extends 'outer'
    ? IsNullable<R> extends false
      ? L
      : OrNull<L>
    : L

/** The columns of a join: the keys once, then what is nullable because a row may have no partner. */
export type Joined<S, R, K, H, X extends string> = 0 extends 1 & S
  ? any
  : 0 extends 1 & R
    ? any
    : H extends 'semi' | 'anti'
      ? S
      : Flat<
          {
            [N in keyof S]: N extends K
              ? N extends keyof R
                ? Key<S[N], R[N], H>
                : S[N]
              : H extends 'right' | 'outer'
                ? OrNull<S[N]>
                : S[N]
          } & {
            [N in Exclude<keyof R, K> & string as N extends keyof S ? `${N}${X}` : N]: H extends
              | 'left'
              | 'outer'
              ? OrNull<R[N]>
              : R[N]
          }
        >

/** The same for keys with names of their own on the right. */
export type JoinedOn<S, R, L, H, X extends string> = 0 extends 1 & S
  ? any
  : 0 extends 1 & R
    ? any
    : H extends 'semi' | 'anti'
      ? S
      : Flat<
          {
            [N in keyof S]: H extends 'right' | 'outer' ? OrNull<S[N]> : S[N]
          } & {
            [N in Exclude<keyof R, L> & string as N extends keyof S ? `${N}${X}` : N]: H extends
              | 'left'
              | 'outer'
              ? OrNull<R[N]>
              : R[N]
          }
        >

/** The columns of the first frame, nullable where a later one's are. */
export type Concatenated<S, O> = 0 extends 1 & S
  ? any
  : { [K in keyof S]: K extends keyof O ? (IsNullable<O[K]> extends false ? S[K] : OrNull<S[K]>) : S[K] } & {}
