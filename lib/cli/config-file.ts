import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Given } from "./arguments.ts";
import { messageOf, systemErrorCode, UsageError } from "../errors.ts";
import { type OptionSpec, shownValue } from "./option-spec.ts";
import { suggestion } from "./suggest.ts";

/** The key under which editors look for the schema of a JSON file. */
const SCHEMA_KEY = "$schema";

const parsers: Record<string, (text: string) => unknown> = {
  ".toml": Bun.TOML.parse,
  ".yaml": Bun.YAML.parse,
  ".yml": Bun.YAML.parse,
  ".json": JSON.parse,
};

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = systemErrorCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new UsageError(`--config "${file}": ${reason}`);
  }
}

function parseText(file: string, content: string): unknown {
  const parse = parsers[extname(file).toLowerCase()];
  if (!parse) throw new UsageError(`--config "${file}": expected a file that ends in .toml, .yaml or .json`);
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
