import { readFileSync } from 'node:fs'
import os from 'node:os'

/** The instruction sets that decide how fast a CSV engine can be. */
const TOLD_FLAGS = [
  'sse4_2',
  'avx2',
  'bmi2',
  'pclmulqdq',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vbmi2',
  'vpclmulqdq',
  'asimd',
]

/**
 * What the figures depend on and a reader cannot see in them.
 *
 * @param {number} threads
 */
export function machineSummary(threads) {
  const { model, speed } = os.cpus()[0]
  return {
    cpu: model.trim() + (speed > 0 ? ` at ${(speed / 1000).toFixed(1)} GHz` : ''),
    family: cpuFamily(),
    flags: cpuFlags().filter(flag => TOLD_FLAGS.includes(flag)),
    cores: os.availableParallelism(),
    threads,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
  }
}

function cpuFlags() {
  return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuInfo())?.[1].split(' ') ?? []
}

/** Family and model, which tell the generation where a virtual machine hides the name. */
function cpuFamily() {
  const family = /^cpu family\s*:\s*(\d+)$/m.exec(cpuInfo())?.[1]
  const model = /^model\s*:\s*(\d+)$/m.exec(cpuInfo())?.[1]
  return family && model ? `family ${family} model ${model}` : ''
}

function cpuInfo() {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}
