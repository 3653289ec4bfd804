import { extname } from "node:path";
import type * as Yaml from "yaml";
import type { Given } from "./arguments.ts";
import { readWholeFile } from "../whole-file.ts";
import { messageOf, systemErrorCode, UsageError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { type OptionSpec, shownValue } from "./option-spec.ts";
import { suggestion } from "./suggest.ts";

/** The key under which editors look for the schema of a JSON file. */
const SCHEMA_KEY = "$schema";

/** Loaded for a YAML or JSON config file only, as it takes longer to load than everything else here. */
const loadYaml = (): typeof Yaml => require("yaml");

/** The first key of a top-level map that is there twice. */
function findRepeated(keys: readonly string[]): string | undefined {
  return keys.find((key, i) => keys.indexOf(key) !== i);
}

/** @throws Error for a key that is there twice: which of its values was meant is anybody's guess */
function parseYaml(text: string): unknown {
  const { isMap, isScalar, parseDocument } = loadYaml();
  const document = parseDocument(text, { merge: true, uniqueKeys: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(problem.message.split("\n", 1)[0]?.replace(/:$/, ""));
  if (isMap(document.contents)) {
    const keys = document.contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key)));
    const repeated = findRepeated(keys.filter((key) => key !== "<<"));
    if (repeated !== undefined) throw new Error(`${repeated}: expected once, found twice`);
  }
  return document.toJS({ maxAliasCount: 100 });
}

/** JSON is YAML, but a file that ends in .json shall be JSON. */
function parseStrictJson(text: string): unknown {
  const value = parseJson(text);
  parseYaml(text);
  return value;
}

const parsers = new Map<string, (text: string) => unknown>([
  [".toml", Bun.TOML.parse],
  [".yaml", parseYaml],
  [".yml", parseYaml],
  [".json", parseStrictJson],
]);

/** An option needs less than a line: a larger file is another one, such as a result. */
const MAX_CONFIG_BYTES = 2 ** 20;

function readText(file: string): string {
  try {
    return readWholeFile(file, MAX_CONFIG_BYTES).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--config "${file}": expected a file of at most 1 MiB`);
    const reason = systemErrorCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new UsageError(`--config "${file}": ${reason}`);
  }
}

function parseText(file: string, content: string): unknown {
  const parse = parsers.get(extname(file).toLowerCase());
  if (!parse) throw new UsageError(`--config "${file}": expected a file that ends in .toml, .yaml or .json`);
  if (content.trim() === "") return {};
  try {
    return parse(content) ?? {};
  } catch (error) {
    throw new UsageError(`--config "${file}": ${messageOf(error)}`);
  }
}

/**
 * Reads options from a TOML, YAML or JSON file whose keys are the long flags without dashes.
 * @throws UsageError when the file cannot be read or parsed, or has a key that is no option
 */
export function readConfigFile(file: string, specs: readonly OptionSpec[]): Map<string, Given> {
  const content = parseText(file, readText(file));
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new UsageError(`--config "${file}": expected keys with values at the top level`);
  }
  const given = new Map<string, Given>();
  for (const [name, raw] of Object.entries(content)) {
    if (name === SCHEMA_KEY) continue;
    const spec = specs.find((each) => each.name === name && name !== "config");
    if (!spec) {
      const names = specs.map((each) => each.name);
      throw new UsageError(`${file}: ${name}: unknown key${suggestion(name, names)}`);
    }
    const shown = spec.isSecret || spec.shown ? `"${shownValue(spec, raw)}"` : JSON.stringify(raw);
    given.set(spec.key, { raw, label: `${file}: ${name} ${shown}`, origin: file });
  }
  return given;
}
