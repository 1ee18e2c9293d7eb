import { describe, expect, test } from 'vitest'
import { elsewhere, optionElsewhere } from '../../dist/core/options-elsewhere.js'
import { fromColumns, readCsv } from '../../dist/index.js'

const df: any = fromColumns({ k: ['a', 'b'], v: [1, 2], t: [new Date(0), new Date(1)] })

const calls: Record<string, (options: object) => unknown> = {
  readCsv: options => readCsv(Buffer.from('a,b\n1,2\n'), options),
  sortBy: options => df.sortBy('v', options),
  join: options => df.join(df, { on: 'k', suffix: '_y', ...options }),
  joinAsof: options => df.joinAsof(df, { on: 'v', suffix: '_y', ...options }),
  concat: options => df.concat(df, options),
  sample: options => df.sample(1, options),
  rolling: options => df.select((c: any) => ({ x: c.v.rolling({ minPeriods: 1, ...options }).sum() })),
  groupBy: options => df.groupBy('k', options),
  groupByTime: options => df.groupByTime('t', options),
  distinct: options => df.distinct('k', options),
  unpivot: options => df.unpivot(options),
  shift: options => df.select((c: any) => ({ x: c.v.shift(1, options) })),
}

const thrown = (call: () => unknown): any => {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

describe.each(Object.entries(elsewhere))('%s', (method, names) => {
  test.each(Object.entries(names))('%s has a name of its own here', (name, hint) => {
    const call = calls[method]!
    expect(thrown(() => call({ [name]: 1 }))).toMatchObject({ code: 'ERR_UNKNOWN_OPTION', hint })
    const instead = /^write (?:header: false and rename|(\w+):)/.exec(hint)?.[1]
    if (instead) expect(thrown(() => call({ [instead]: Symbol() }))?.code).not.toBe('ERR_UNKNOWN_OPTION')
  })
})

test('underscores and case do not matter, and other methods have their own names', () => {
  expect(thrown(() => df.sortBy('v', { nulls_last: true })).hint).toContain("nulls: 'last'")
  expect(thrown(() => df.sortBy('v', { ascending: false })).hint).toContain('descending: true')
  expect(optionElsewhere('sortBy', 'n')).toBeUndefined()
  expect(optionElsewhere('toString', 'length')).toBeUndefined()
  expect(optionElsewhere('sample', '__proto__')).toBeUndefined()
  expect(thrown(() => df.sample(1, { sead: 1 })).hint).toBe('did you mean "seed"?')
})
