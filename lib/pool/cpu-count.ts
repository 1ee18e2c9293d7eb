import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

/** Where the limits are read; tests give folders of their own. */
export interface SystemFiles {
  readonly proc: string
  readonly cgroup: string
}

const system: SystemFiles = { proc: '/proc', cgroup: '/sys/fs/cgroup' }

/**
 * CPUs that this process may use: the least of the machine's, its affinity, and the quota of its container (cgroup v1
 * and v2, rounded up). Python's `os.process_cpu_count()`, right in containers. MILLRACE_NUM_THREADS overrides it.
 * Costs a few small file reads.
 *
 * @example
 * const cores = cpuCount()
 */
export function cpuCount(): number {
  const override = Number(process.env.MILLRACE_NUM_THREADS)
  if (Number.isSafeInteger(override) && override >= 1) return override
  return limitedCpus(availableParallelism(), system)
}

/** `machine` CPUs, unless affinity or a quota allows fewer. */
export function limitedCpus(machine: number, files: SystemFiles): number {
  const limits = [machine, affinity(files), quota(files)].filter(limit => limit !== undefined && limit >= 1)
  return Math.max(1, Math.min(...(limits as number[])))
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** `Cpus_allowed_list: 0-3,8`. */
function affinity({ proc }: SystemFiles): number | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read(join(proc, 'self/status')) ?? '')?.[1]
  if (!list) return undefined
  return list.split(',').reduce((sum, part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return sum + last - first + 1
  }, 0)
}

/** The smallest quota on the way from the process's own group to the root. */
function quota({ proc, cgroup }: SystemFiles): number | undefined {
  const limits: number[] = []
  for (const line of (read(join(proc, 'self/cgroup')) ?? '').split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined) continue
    const isV2 = id === '0' && controllers === ''
    if (!isV2 && !controllers!.split(',').includes('cpu')) continue
    const roots = isV2 ? [cgroup] : [join(cgroup, controllers as string), join(cgroup, 'cpu')]
    for (const root of roots) {
      for (const folder of upwards(root, path)) {
        const limit = isV2 ? quotaV2(folder) : quotaV1(folder)
        if (limit !== undefined) limits.push(limit)
      }
    }
  }
  return limits.length === 0 ? undefined : Math.ceil(Math.min(...limits))
}

function* upwards(root: string, path: string): Iterable<string> {
  for (let at = path; ; at = dirname(at)) {
    yield join(root, at)
    if (at === '/' || at === '.' || at === '') return
  }
}

function quotaV2(folder: string): number | undefined {
  const [limit, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(/\s+/)
  return cpus(limit, period)
}

function quotaV1(folder: string): number | undefined {
  return cpus(read(join(folder, 'cpu.cfs_quota_us')), read(join(folder, 'cpu.cfs_period_us')))
}

/** `max` and -1 are no limit. */
function cpus(limit: string | undefined, period: string | undefined): number | undefined {
  const share = Number(limit) / Number(period)
  return share > 0 && Number.isFinite(share) ? share : undefined
}
