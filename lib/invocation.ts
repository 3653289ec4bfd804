/** Whether this is the one executable that `bun run build` makes. */
export const isExecutable: boolean = Bun.isStandaloneExecutable;

/** A text in which the programs are started as the reader has started this one. */
export const asInvoked = (text: string): string =>
  isExecutable ? text.replaceAll(/\bbun run (server|client|bench)\b/g, "echobench $1") : text;
