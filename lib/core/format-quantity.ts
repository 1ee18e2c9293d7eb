const byteUnits = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `744 MB`, `8.4 GB`: three digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)} ${byteUnits[unit]}`
}

/** `10,000,000`. The same in every locale. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** `85 ms`, `1.2 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
