export interface CsvTextOptions {
  /** Between fields; default `,`. */
  readonly delimiter?: string
}
