/** Text as a POSIX shell takes it literally. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
