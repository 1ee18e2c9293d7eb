let silenced = false

/**
 * Keeps one warning of Node 20 from the user's terminal: it calls `vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER`, which
 * lets evaluated code import(), experimental at every use. It is documented, and the same in later versions.
 */
export function silenceImportWarning(): void {
  if (silenced) return
  silenced = true
  const { emitWarning } = process
  process.emitWarning = (...given: unknown[]) => {
    if (!String(given[0]).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER'))
      Reflect.apply(emitWarning, process, given)
  }
}
