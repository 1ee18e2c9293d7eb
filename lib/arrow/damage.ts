import { MillraceError } from '../core/errors.js'

/** Bytes that no writer of Arrow made so. */
export function damaged(what: string, column?: string): MillraceError {
  const where = column === undefined ? '' : `column ${JSON.stringify(column)}: `
  return new MillraceError('ERR_ARROW_FORMAT', `These are not valid Arrow IPC bytes: ${where}${what}`, {
    column,
    hint: 'they may be cut short or damaged on the way, or be something else: read them with the tool that wrote them',
  })
}

/** Valid bytes of a kind that is not read here. */
export function unsupported(what: string, hint: string, column?: string): MillraceError {
  return new MillraceError('ERR_ARROW_FORMAT', what, { column, hint })
}

/** What reads past the end of the metadata, which a DataView finds, is damaged. */
export function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw damaged('the metadata points past its end')
    throw error
  }
}
