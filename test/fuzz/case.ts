import fc from "fast-check";
import { type FuzzedCommand, fuzzedCommands } from "./commands.ts";
import { damaged } from "./damage.ts";
import { type Material, placeholders } from "./material.ts";
import { oddValues, plausibleValues, type ShownOption } from "./options.ts";

/** What surrounds a process: where its output goes, and its limits. */
export const surroundings = {
  plain: "",
  "stdout closed": ">&-",
  "stdout full": ">/dev/full",
  "stderr closed": "2>&-",
  "stderr full": "2>/dev/full",
  "few descriptors": "ulimit -n 14",
  "small files": "ulimit -f 1",
} as const;

export type Surroundings = keyof typeof surroundings;

/** One process to run. */
export interface FuzzCase {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** files in its folder */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly surroundings: Surroundings;
}

/** What cases are drawn from. */
export interface Source {
  readonly material: Material;
  /** of the echo server that answers */
  readonly port: number;
  /** the options of each command, in the order of `fuzzedCommands` */
  readonly options: ReadonlyArray<readonly ShownOption[]>;
}

// A path that a process may create has no folder, and an argument of a process no NUL.
const anyText = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll(/[/\0]/g, "."));

const oddValue = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...oddValues) }, { weight: 1, arbitrary: anyText });

const valueOf = (hint: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...plausibleValues(hint)) }, { weight: 2, arbitrary: oddValue });

/** An option with a value, joined, apart or left out. */
function optionWords({ flag, hint }: ShownOption): fc.Arbitrary<readonly string[]> {
  if (hint === undefined) return fc.constantFrom([flag], [flag, "off"], [`${flag}=maybe`], [flag, flag]);
  const written = valueOf(hint).chain((value) => fc.constantFrom([flag, value], [`${flag}=${value}`]));
  return fc.oneof({ weight: 9, arbitrary: written }, { weight: 1, arbitrary: fc.constant([flag]) });
}

const configWords = fc.constantFrom(["--config", "{json}"], ["--config", "{toml}"], ["--config", "{yaml}"]);

/** Words in their order, with one of them dropped, doubled, replaced or put in now and then. */
function disturbed(words: readonly string[]): fc.Arbitrary<readonly string[]> {
  const edit = fc
    .tuple(fc.nat(words.length), fc.nat(1), oddValue)
    .map(([at, drop, put]) => words.toSpliced(at, drop, put));
  const drop = fc.nat(words.length).map((at) => words.toSpliced(at, 1));
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(words) },
    { weight: 1, arbitrary: edit },
    { weight: 1, arbitrary: drop },
  );
}

function wordsOf(command: FuzzedCommand, options: readonly ShownOption[]): fc.Arbitrary<readonly string[]> {
  const extra = fc.array(fc.constantFrom(...options).chain(optionWords), { maxLength: 3 });
  const config = fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: configWords });
  return fc
    .tuple(fc.constantFrom(...command.valid), extra, config, fc.boolean())
    .map(([valid, more, file, isLast]) =>
      isLast ? [...file, ...more.flat(), ...valid] : [...valid, ...file, ...more.flat()],
    )
    .chain(disturbed)
    .map((words) => [...command.words, ...words]);
}

const program = (command: FuzzedCommand): string => `ECHO_${(command.words[0] ?? "").toUpperCase()}_`;

function environmentOf(command: FuzzedCommand, options: readonly ShownOption[]): fc.Arbitrary<Record<string, string>> {
  const variable = fc.constantFrom(...options).chain(({ flag, hint = "" }) => {
    const name = program(command) + flag.slice(2).replaceAll("-", "_").toUpperCase();
    return valueOf(hint).map((value) => ({ [name]: value }));
  });
  const other = fc.constantFrom(
    { COLUMNS: "0" },
    { TZ: "nowhere" },
    { LC_ALL: "C" },
    { TERM: "" },
    { HOME: "/nonexistent" },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    { weight: 2, arbitrary: variable },
    { weight: 1, arbitrary: other },
  );
}

/** The files that words name, each a damaged copy of the good one. */
function filesOf(words: readonly string[], material: Material): fc.Arbitrary<ReadonlyMap<string, Uint8Array>> {
  const line = words.join(" ");
  const names = Object.values(placeholders).filter((name) => line.includes(name));
  return fc
    .tuple(...names.map((name) => damaged(material.get(name) ?? "")))
    .map((contents) => new Map(contents.map((content, i) => [names[i] ?? "", content])));
}

const fill = (word: string, port: number): string =>
  word.replaceAll(/\{(\w+)\}/g, (all, name: string) => (name === "port" ? String(port) : (placeholders[name] ?? all)));

const surrounding: fc.Arbitrary<Surroundings> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Surroundings>("plain") },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(surroundings) as Surroundings[])) },
);

function caseOf({ material, port, options }: Source, at: number): fc.Arbitrary<FuzzCase> {
  const command = fuzzedCommands[at];
  const own = options[at] ?? [];
  if (!command) throw new RangeError(`no command ${at}`);
  return fc
    .tuple(wordsOf(command, own), environmentOf(command, own), surrounding)
    .chain(([drawn, environment, around]) => {
      const words = drawn.map((word) => fill(word, port));
      return filesOf(words, material).map((files) => ({ words, environment, files, surroundings: around }));
    });
}

/** The case with this number, always the same for the same seed. */
export function drawCase(source: Source, seed: number, index: number): FuzzCase {
  const commands = fc.oneof(...fuzzedCommands.map(({ weight }, at) => ({ weight, arbitrary: caseOf(source, at) })));
  const mixed = Number(Bun.hash.wyhash(`${seed}:${index}`) & 0x7fff_ffffn);
  const [drawn] = fc.sample(commands, { seed: mixed, numRuns: 1 });
  if (!drawn) throw new RangeError("no case was drawn");
  return drawn;
}
