import { ValueError } from "../../lib/errors.ts";

/** A label of a result. */
export type Label = readonly [key: string, value: string];

/** Reads `key=value`; undefined for text of another form. @throws ValueError for a label that a result could not keep */
export function parseLabel(label: string): Label | undefined {
  if (/[\n\r\u2028\u2029]/.test(label)) throw new ValueError("expected one line");
  const [, key, value] = /^([^=\s]+)=(.*)$/.exec(label) ?? [];
  // Programs in JavaScript, ours included, lose such a key when they read the result.
  if (key === "__proto__") throw new ValueError("expected another key than __proto__");
  return key === undefined || value === undefined ? undefined : [key, value];
}

/** Finds a key that has two values: only one of them could be kept. */
export function findRepeated(labels: readonly Label[]): readonly [at: number, problem: string] | undefined {
  const values = new Map<string, string>();
  for (const [at, [key, value]] of labels.entries()) {
    const other = values.get(key);
    if (other !== undefined && other !== value) return [at, `expected each key once, found also "${key}=${other}"`];
    values.set(key, value);
  }
  return undefined;
}
