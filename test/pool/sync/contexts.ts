import type { Context } from './run.js'

/** The contexts in which every primitive must behave the same. */
export const contexts: readonly Context[] = ['threads', 'processes']
