/** The name of a field in words: `bytesIn` is `bytes in`, `connect-timeout` is `connect timeout`. */
export const inWords = (name: string): string =>
  name
    .replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter}`)
    .replaceAll(/[-_.\s]+/g, " ")
    .trim()
    .toLowerCase();
