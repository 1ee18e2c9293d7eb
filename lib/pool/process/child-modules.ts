/** What children need of millrace when it is inside a bundle, where no file of it can be imported: one text of modules. */
export { unpack } from '../sync/kinds.js'
export { runChild } from './run-child.js'
