import { toToml, visible } from "../text/harmless.ts";
import type { Given } from "./arguments.ts";
import { alignLeft } from "../text/text-table.ts";
import { isOperand, type OptionSpec } from "./option-spec.ts";

/** A longer option does not move the comments of the others. */
const WIDEST_COLUMNS = 40;

/** Whether a config file can have the option: not the config file itself. */
const isKey = (spec: OptionSpec): boolean => !isOperand(spec) && spec.name !== "config";

function renderOption(spec: OptionSpec, given: Given | undefined): readonly [left: string, origin: string] {
  const { name, defaultValue, isSecret, shown, json } = spec;
  const value = given ? given.raw : defaultValue;
  if (value === undefined) return [`# ${name} =`, "not given"];
  const origin = visible(given?.origin ?? "default");
  if (isSecret || (shown && shown(String(value)) !== value)) return [`# ${name} = (hidden)`, origin];
  return [`${name} = ${toToml(json?.["type"] === "integer" ? Number(value) : value)}`, origin];
}

/**
 * The options in effect as a config file in TOML, with the origin of each as a comment.
 * @param name of the program
 * @param given the given values, by key; the others have their defaults
 */
export function renderConfig(name: string, specs: readonly OptionSpec[], given: ReadonlyMap<string, Given>): string {
  const rows = specs.filter(isKey).map((spec) => renderOption(spec, given.get(spec.key)));
  const width = Math.max(...rows.map(([left]) => Math.min(Bun.stringWidth(left), WIDEST_COLUMNS)));
  const lines = rows.map(([left, origin]) => `${alignLeft(left, width)}  # ${origin}`);
  return [`# ${name}: the options in effect`, ...lines].join("\n");
}
