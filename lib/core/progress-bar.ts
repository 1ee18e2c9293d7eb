import { formatBytes, formatCount, formatDuration } from './format-quantity.js'

const barWidth = 24
// Not util.styleText, which asks stdout what it can show.
const green = '\x1b[32m'
const plain = '\x1b[39m'
const msBetweenLines = 2_000

/** What the bar shows of a query or a map. */
export interface BarProgress {
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly rowsDone: number
  readonly tasksDone: number
  readonly tasksTotal: number
}

/** What of a stream the bar uses. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A bar that redraws itself on a terminal; elsewhere, and under CI, a plain line every two seconds. */
export class ProgressBar {
  readonly #stream: ProgressStream
  readonly #unit: string
  readonly #redraws: boolean
  readonly #colors: boolean
  readonly #started: number = performance.now()
  #lastLine: number = this.#started

  /** `unit` is what is counted. */
  constructor(
    stream: ProgressStream,
    environment: NodeJS.ProcessEnv = process.env,
    unit: 'rows' | 'items' = 'rows',
  ) {
    this.#stream = stream
    this.#unit = unit
    this.#redraws = Boolean(stream.isTTY) && !environment.CI && environment.TERM !== 'dumb'
    this.#colors = this.#redraws && !environment.NO_COLOR
  }

  update(progress: BarProgress): void {
    if (this.#redraws) {
      this.#stream.write(`\r\x1b[2K${this.#draw(progress)}`)
    } else if (performance.now() - this.#lastLine >= msBetweenLines) {
      this.#lastLine = performance.now()
      this.#stream.write(`millrace: ${this.#describe(progress)}\n`)
    }
  }

  finish(progress: BarProgress): void {
    const line = `${this.#describe(progress)} in ${formatDuration(this.#elapsedMs())}`
    this.#stream.write(this.#redraws ? `\r\x1b[2K${line}\n` : `millrace: ${line}\n`)
  }

  #elapsedMs(): number {
    return performance.now() - this.#started
  }

  #draw(progress: BarProgress): string {
    const share = shareDone(progress)
    const bar =
      share === undefined ? '' : `${this.#bar(share)} ${String(Math.floor(share * 100)).padStart(3)}%  `
    const left = share ? (this.#elapsedMs() / share) * (1 - share) : 0
    const eta = left > 1_000 ? `  ${formatDuration(left)} left` : ''
    const room = (this.#stream.columns ?? 80) - 1 - (share === undefined ? 0 : barWidth + 8)
    return `${bar}${`${this.#describe(progress)}${eta}`.slice(0, Math.max(room, 0))}`
  }

  #bar(share: number): string {
    const full = Math.round(share * barWidth)
    const done = '█'.repeat(full)
    const rest = '░'.repeat(barWidth - full)
    return this.#colors ? `${green}${done}${plain}${rest}` : `${done}${rest}`
  }

  #describe({ bytesDone, bytesTotal, rowsDone }: BarProgress): string {
    const rows = `${formatCount(rowsDone)} ${this.#unit}`
    if (bytesDone === 0) return rows
    const speed = `${formatBytes((bytesDone / Math.max(this.#elapsedMs(), 1)) * 1000)}/s`
    const of = bytesTotal > bytesDone ? ` of ${formatBytes(bytesTotal)}` : ''
    return `${formatBytes(bytesDone)}${of}, ${rows}, ${speed}`
  }
}

function shareDone({ bytesDone, bytesTotal, tasksDone, tasksTotal }: BarProgress): number | undefined {
  if (bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal)
  return tasksTotal > 0 ? Math.min(1, tasksDone / tasksTotal) : undefined
}
