import * as zlib from 'node:zlib'

/** Undefined before Node 22.15. */
export const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array }
