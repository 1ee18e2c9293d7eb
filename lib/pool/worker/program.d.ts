/** The worker's modules as one text, which defines `startThread` and `startProcess`; written by the build. */
export declare const workerProgram: string
