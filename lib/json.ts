/** Parses JSON with or without a byte order mark, which editors on Windows write. @throws SyntaxError */
export const parseJson = (text: string): unknown => JSON.parse(withoutMark(text));

/** The text without its byte order mark. */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");
