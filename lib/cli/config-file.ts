import { extname } from "node:path";
import type { Given } from "./arguments.ts";
import { parseConfig } from "./config-parsers.ts";
import { unreadableReason } from "../files/unreadable-reason.ts";
import { readWholeFile } from "../files/whole-file.ts";
import { messageOf, UsageError } from "../errors.ts";
import { type OptionSpec, rawText, shownValue } from "./option-spec.ts";
import { suggestion } from "./suggest.ts";

/** The key under which editors look for the schema of a JSON file. */
const SCHEMA_KEY = "$schema";

/** The option that names the file. */
const FILE_OPTION = "config";

/** An option needs less than a line: a larger file is another one, such as a result. */
const MAX_CONFIG_BYTES = 2 ** 20;

function readText(file: string, label: string): string {
  try {
    return readWholeFile(file, MAX_CONFIG_BYTES).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${label}: expected a file of at most 1 MiB`);
    throw new UsageError(`${label}: ${unreadableReason(error)}`);
  }
}

function parseText(file: string, label: string, names: readonly string[]): object {
  const text = readText(file, label);
  let content: unknown;
  try {
    content = parseConfig(extname(file), text, names);
  } catch (error) {
    throw new UsageError(`${label}: ${messageOf(error)}`);
  }
  if (content === undefined) throw new UsageError(`${label}: expected a file that ends in .toml, .yaml or .json`);
  if (typeof content === "object" && content !== null && !Array.isArray(content)) return content;
  throw new UsageError(`${label}: expected keys with values at the top level`);
}

/**
 * Reads options from a TOML, YAML or JSON file whose keys are the long flags without dashes.
 * @param label how messages name the file and where its path was given: `--config "a.toml"`
 * @throws UsageError when the file cannot be read or parsed, or has a key that is no option
 */
export function readConfigFile(file: string, label: string, specs: readonly OptionSpec[]): Map<string, Given> {
  const names = specs.map(({ name }) => name).filter((name) => name !== FILE_OPTION);
  const given = new Map<string, Given>();
  for (const [name, raw] of Object.entries(parseText(file, label, names))) {
    if (name === SCHEMA_KEY) continue;
    if (name === FILE_OPTION) throw new UsageError(`${file}: ${name}: unknown key; a config file cannot name another`);
    const spec = specs.find((each) => each.name === name);
    if (!spec) throw new UsageError(`${file}: ${name}: unknown key${suggestion(name, names)}`);
    const shown = spec.isSecret || spec.shown ? `"${shownValue(spec, raw)}"` : rawText(raw);
    given.set(spec.key, { raw, label: `${file}: ${name} ${shown}`, origin: file });
  }
  return given;
}
