import type { z } from "zod";
import { type Given, readArguments } from "./arguments.ts";
import { readConfigFile } from "./config-file.ts";
import { UsageError } from "../errors.ts";
import { visible } from "../text/harmless.ts";
import { environmentName, environmentPrefix, isOperand, type OptionSpec, rawText, shownValue } from "./option-spec.ts";
import { suggestion } from "./suggest.ts";

/** Where a program's options come from, besides its config file. */
export interface OptionSources {
  /** such as `echo-server`, the prefix of the environment variables */
  readonly program: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly conflicts?: readonly Conflict[];
}

function readEnvironment(sources: OptionSources, specs: readonly OptionSpec[]): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const spec of specs.filter((each) => !isOperand(each))) {
    const name = environmentName(sources.program, spec);
    const raw = sources.environment[name];
    if (raw) given.set(spec.key, { raw, label: `${name} "${visible(shownValue(spec, raw))}"`, origin: name });
  }
  return given;
}

/**
 * Warnings of variables that look like options of the program and are none. No errors, as an unknown flag is: the
 * environment is not written for one program alone, and Kubernetes adds variables named after services.
 * @param known the variables of all its commands
 */
export function strayVariables(
  program: string,
  environment: OptionSources["environment"],
  known: ReadonlySet<string>,
): readonly string[] {
  const prefix = environmentPrefix(program);
  const names = [...known].filter((name) => name.startsWith(prefix));
  return (
    Object.entries(environment)
      .filter(([name, value]) => name.startsWith(prefix) && value && !known.has(name))
      // Not the value: it may be a token.
      .map(([name]) => `${name}: ignored, no option has this variable${suggestion(name, names)}`)
  );
}

/**
 * Options that mean different things and so cannot be given together on one command line, by key; with `applies` only
 * where it is true of the value of the first.
 */
export type Conflict = readonly [key: string, others: readonly string[], applies?: (value: string) => boolean];

function refuseConflicts(flags: ReadonlyMap<string, Given>, conflicts: readonly Conflict[]): void {
  for (const [key, others, applies = () => true] of conflicts) {
    const chosen = flags.get(key);
    if (!chosen || !applies(String(chosen.raw))) continue;
    const other = others.map((each) => flags.get(each)).find((given) => given !== undefined);
    if (other) throw new UsageError(`${other.label}: expected without ${chosen.label}`);
  }
}

function explain(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>, specs: readonly OptionSpec[]): string {
  const [key, item] = issue.path;
  const source = given.get(String(key));
  const spec = specs.find((each) => each.key === key);
  const parts = (each: unknown): string[] => {
    if (typeof each !== "string") return [rawText(each)];
    return spec?.isWhole ? [each] : each.split(new RegExp(spec?.separator ?? ","));
  };
  const items = Array.isArray(source?.raw) ? source.raw.flatMap(parts) : [];
  const wrong = typeof item === "number" && items.length > 0 ? ` "${visible(items[item] ?? "")}"` : "";
  const name = spec && isOperand(spec) ? spec.hint : `--${spec?.name ?? String(key)}`;
  return `${source?.label ?? name}${wrong}: ${issue.message}`;
}

/** The options of a program, and which of them were given. */
export interface Resolved<T> {
  readonly options: T;
  readonly given: ReadonlyMap<string, Given>;
}

/**
 * Resolves a program's options: flags win over the environment, the environment over the config file, the file over the default.
 * @throws UsageError that names every wrong value and where it was given
 */
export function resolveOptions<T>(
  schema: z.ZodType<T>,
  specs: readonly OptionSpec[],
  sources: OptionSources,
): Resolved<T> {
  const flags = readArguments(sources.argv, specs);
  refuseConflicts(flags, sources.conflicts ?? []);
  const environment = readEnvironment(sources, specs);
  const config = flags.get("config") ?? environment.get("config");
  const file = config ? readConfigFile(String(config.raw), config.label, specs) : new Map<string, Given>();
  const given = new Map([...file, ...environment, ...flags]);
  const raw = Object.fromEntries([...given].map(([key, { raw: value }]) => [key, value]));
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { options: parsed.data, given };
  throw new UsageError(parsed.error.issues.map((issue) => explain(issue, given, specs)).join("\n"));
}
