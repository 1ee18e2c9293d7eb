// Free names that a tool put there: the user never wrote them, so the error has to say what they stand for.

/** The import that a mangled name stands for, or undefined. */
export function importedModule(name: string): string | undefined {
  if (/^__(?:vi|vite_ssr)_import_\d+__$/.test(name)) return 'an import (renamed by vitest or vite)'
  const webpack = /^(\w*?)__WEBPACK_(?:EXTERNAL_MODULE|IMPORTED_MODULE|DEFAULT_EXPORT)_/.exec(name)
  if (webpack) return `an import${webpack[1] ? ` of ${unfold(webpack[1])}` : ''} (renamed by webpack)`
  const tsc = /^([a-zA-Z]\w*?)_\d+(?:_\d+)*$/.exec(name)
  if (tsc && tsc[1] !== 'tslib')
    return `an import of '${tsc[1]!.replace(/_(js|mjs|cjs|json)$/, '.$1')}' (renamed by tsc)`
  return undefined
}

const unfold = (text: string): string => text.replace(/^_+|_+$/g, '').replace(/_/g, '/')

const downLevelled =
  /^(?:__(?:awaiter|generator|spread|spreadArray|spreadArrays|read|values|assign|rest|await|asyncGenerator|asyncDelegator|asyncValues|makeTemplateObject|decorate|param|metadata|extends|classPrivateFieldGet|classPrivateFieldSet|classPrivateFieldIn|addDisposableResource|disposeResources|async|forAwait|objRest|spreadProps|spreadValues|publicField|privateGet|privateSet|privateAdd|privateMethod|template|yieldStar|pow|using|callDispose)|tslib_\d+|_(?:asyncToGenerator|async_to_generator|toConsumableArray|to_consumable_array|objectSpread2?|object_spread|defineProperty|slicedToArray|sliced_to_array|createForOfIteratorHelper))$/

/** What to do about a helper function that a compiler or a tool refers to, or undefined. */
export function toolAdvice(name: string): string | undefined {
  if (downLevelled.test(name))
    return `${name} is a helper of a compiler that targets old JavaScript: set its target to ES2022 or later, or move the function into a module and use importTasks()`
  if (/^stry(?:MutAct|Cov|NS)_\w+$/.test(name))
    return `${name} belongs to the mutation testing of Stryker: exclude the function with "// Stryker disable all", or move it into a module and use importTasks()`
  return undefined
}
