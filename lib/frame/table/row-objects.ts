// Rows as plain objects, made without eval. A template with all keys is cloned for each row, and the clones are filled
// column by column: the fill then writes an existing property of one hidden class, whatever the table. Half the time of
// building each object key by key. A clone owns every key, so `__proto__` is assigned as data like any other name.

const blockRows = 1024

/** One object a row; `columns[i]` holds the values of `names[i]`. */
export function rowObjects(
  names: readonly string[],
  columns: readonly (readonly unknown[])[],
  rows: number,
): object[] {
  const template = templateOf(names)
  const objects = new Array<Record<string, unknown>>(rows)
  // Blocks keep the objects in cache between columns.
  for (let start = 0; start < rows; start += blockRows) {
    const end = Math.min(start + blockRows, rows)
    for (let row = start; row < end; row++) objects[row] = { ...template }
    for (const [i, name] of names.entries()) fill(objects, name, columns[i] as readonly unknown[], start, end)
  }
  return objects
}

function fill(
  objects: Record<string, unknown>[],
  name: string,
  values: readonly unknown[],
  start: number,
  end: number,
): void {
  for (let row = start; row < end; row++) (objects[row] as Record<string, unknown>)[name] = values[row]
}

/** One object at a time, from readers. */
export function* eachRow(
  names: readonly string[],
  readers: readonly ((row: number) => unknown)[],
  rows: number,
): IterableIterator<any> {
  const template = templateOf(names)
  for (let row = 0; row < rows; row++) {
    const object = { ...template }
    for (let i = 0; i < names.length; i++)
      object[names[i] as string] = (readers[i] as (row: number) => unknown)(row)
    yield object
  }
}

function templateOf(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map(name => [name, null]))
}
