import { accessSync, constants, statSync } from "node:fs";
import { systemErrorCode, UsageError } from "../errors.ts";
import { identitiesOf, targetOf } from "../files/file-identity.ts";
import { tryFolderOf } from "../files/replace-file.ts";
import { reasonOf } from "./output-reasons.ts";

const unwritable = (flag: string, file: string, reason: string): UsageError =>
  new UsageError(`${flag} "${file}": cannot be written: ${reason}`);

/** What may be over by the end of the run. */
const passing = new Set<unknown>(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE"]);

function tryOutput(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() || (!found && file.endsWith("/"))) {
    throw Object.assign(new Error("a folder"), { code: found ? "EISDIR" : "ENOENT" });
  }
  if (found) accessSync(file, constants.W_OK);
  else tryFolderOf(targetOf(file));
}

/**
 * Checks before a run that its result can be written after it; does not change the file.
 * @throws UsageError when it cannot
 */
export function checkOutput(flag: string, file: string): void {
  if (file === "-") return;
  try {
    tryOutput(file);
  } catch (error) {
    if (!passing.has(systemErrorCode(error))) throw unwritable(flag, file, reasonOf(error));
  }
}

/** Something that is read or written: its name in messages, and its path or `-` for standard output. */
export type NamedFile = readonly [name: string, path: string];

/**
 * Checks that no output goes where another one goes, or something else is read or written.
 * @param reserved what else is read or written
 * @throws UsageError that names both
 */
export function checkDistinct(outputs: readonly NamedFile[], reserved: readonly NamedFile[]): void {
  const taken = new Map(reserved.flatMap(([name, path]) => identitiesOf(path).map((identity) => [identity, name])));
  for (const [name, path] of outputs) {
    const identities = identitiesOf(path);
    const other = identities.map((identity) => taken.get(identity)).find((each) => each !== undefined);
    if (other !== undefined) {
      throw new UsageError(`${name} "${path}": expected another file than ${other}, which would be mixed up or lost`);
    }
    for (const identity of identities) taken.set(identity, name);
  }
}

/** What text for people is called among the reserved streams. */
export const reportOnStdout: NamedFile = ["the report, which is on standard output", "-"];

/**
 * Checks before a run that each of its outputs can be written after it, and goes where nothing else goes.
 * @param reserved see `checkDistinct`
 * @throws UsageError when one cannot
 */
export function checkOutputs(outputs: readonly NamedFile[], reserved: readonly NamedFile[]): void {
  checkDistinct(outputs, reserved);
  for (const [flag, path] of outputs) checkOutput(flag, path);
}
