import fc from "fast-check";

const oddLeaves: readonly unknown[] = [
  null,
  -1,
  1e308,
  0.5,
  "",
  "NaN",
  "<script>alert(1)</script>",
  "\u001b[31m\u0007",
  "=cmd()",
  "x".repeat(10_000),
  [],
  {},
  [[[[[[]]]]]],
  true,
];

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

/** Every place in a document that holds a value: its container and key. */
function placesIn(value: unknown): Array<readonly [Container, string]> {
  if (!isContainer(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[value, key] as const, ...placesIn(inner)]);
}

/** A document with a few of its values replaced, removed, doubled or moved; the text as it was when it is no JSON. */
function damageJson(text: string, picks: ReadonlyArray<readonly [at: number, kind: number]>): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return text;
  }
  for (const [at, kind] of picks) {
    const places = placesIn(document);
    const place = places[at % places.length];
    if (!place) break;
    const [container, key] = place;
    const changed: Container = container;
    if (kind % 4 === 0) Reflect.deleteProperty(changed, key);
    else Reflect.set(changed, key, structuredClone(oddLeaves[kind % oddLeaves.length]));
    if (kind % 7 === 0) Reflect.set(changed, `${key}2`, 1);
  }
  return JSON.stringify(document);
}

/** A text with bytes overwritten, cut out or put in. */
function damageBytes(
  text: string,
  edits: ReadonlyArray<readonly [at: number, drop: number, put: Uint8Array]>,
): Uint8Array {
  let bytes = new TextEncoder().encode(text);
  for (const [at, drop, put] of edits) {
    const start = at % (bytes.length + 1);
    bytes = new Uint8Array([...bytes.subarray(0, start), ...put, ...bytes.subarray(start + drop)]);
  }
  return bytes;
}

const position = fc.nat(1_000_000);

/** Damaged copies of a text, a good one now and then. */
export function damaged(text: string): fc.Arbitrary<Uint8Array> {
  const whole = new TextEncoder().encode(text);
  const json = fc
    .array(fc.tuple(position, fc.nat(1_000)), { minLength: 1, maxLength: 4 })
    .map((picks) => new TextEncoder().encode(damageJson(text, picks)));
  const bytes = fc
    .array(fc.tuple(position, fc.nat(3), fc.uint8Array({ maxLength: 4 })), { minLength: 1, maxLength: 3 })
    .map((edits) => damageBytes(text, edits));
  const cut = position.map((at) => whole.subarray(0, at % (whole.length + 1)));
  const marked = fc.constant(new TextEncoder().encode(`\uFEFF${text}`));
  const doubled = fc.constant(new TextEncoder().encode(text + text));
  return fc.oneof(
    { weight: 8, arbitrary: json },
    { weight: 4, arbitrary: bytes },
    { weight: 2, arbitrary: cut },
    { weight: 1, arbitrary: marked },
    { weight: 1, arbitrary: doubled },
    { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
    { weight: 2, arbitrary: fc.constant(whole) },
  );
}
