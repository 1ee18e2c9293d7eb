/** The modules that `child-modules.ts` exports, as the text of one ES module; written by the build. */
export declare const childProgram: string
