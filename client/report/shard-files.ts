import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UnreachableError, UsageError } from "../../lib/errors.ts";
import { ForeignPartError } from "../../lib/merge/belonging.ts";
import { ShardMerge } from "../../lib/merge/shard-merge.ts";
import { withVerdict } from "../../lib/result/verdict.ts";
import { plural } from "../../lib/text/format-units.ts";
import { visible } from "../../lib/text/harmless.ts";
import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { EMPTY, readRun } from "./saved-result.ts";

const FOLDER = "it is a folder in a folder";

/** A file that is no result of a shard, and why. */
interface Refused {
  readonly file: string;
  readonly reason: string;
}

/**
 * The files of a folder, whatever their names: engines name them after machines. Hidden ones are not among them, as those
 * are what a client that was killed had not finished.
 * @param refuse is told of a path that cannot be looked at, and of folders in a folder
 */
export function filesOf(path: string, refuse: (path: string, error: unknown) => void = () => {}): string[] {
  try {
    if (path === "-" || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
    for (const entry of entries.filter((each) => each.isDirectory())) refuse(join(path, entry.name), new Error(FOLDER));
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => join(path, name))
      .toSorted();
  } catch (error) {
    refuse(path, error);
    return [];
  }
}

/** @throws Error for what lies in a folder and is no file: a pipe without a writer would never be read to its end */
function checkKind(file: string, named: readonly string[]): void {
  if (named.includes(file)) return;
  const found = statSync(file);
  if (found.isDirectory()) throw new Error(FOLDER);
  if (!found.isFile()) throw new Error("expected a file, found a pipe or a device");
}

/** How large a file is; 0 where that cannot be known. */
function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** Reading leaves garbage of several times a file's size, which is collected after so many bytes and not much later. */
const MOST_READ_BYTES = 16 * 2 ** 20;

/** @returns is told of each file that was read */
function collector(): (file: string) => void {
  let readBytes = 0;
  return (file) => {
    readBytes += sizeOf(file);
    if (readBytes < MOST_READ_BYTES) return;
    Bun.gc(true);
    readBytes = 0;
  };
}

/** So many files that are left out are named each by itself. */
const NAMED_FILES = 20;

const refusedText = ({ file, reason }: Refused): string => `"${visible(file)}": ${reason}`;

/** Why there is nothing to merge. Files that are empty are of clients that never began. */
function nothingRead(paths: readonly string[], refused: readonly Refused[]): Error {
  const more = refused.length > NAMED_FILES ? `; and ${plural(refused.length - NAMED_FILES, "more file")}` : "";
  const found = refused.slice(0, NAMED_FILES).map(refusedText).join("; ") + more;
  if (refused.every(({ reason }) => reason === EMPTY)) {
    const where = found || `${paths.join(", ")}: there are no files`;
    return new UnreachableError(`no client wrote a result, see what they wrote on standard error: ${where}`);
  }
  return new UsageError(`FILE: expected results of client --shard in ${paths.join(", ")}${found && `: ${found}`}`);
}

/**
 * Reads the results of shards. A file that is none costs nothing but itself.
 * @param paths files, or folders of files
 * @param warn is told of files that are no results of shards
 * @throws UsageError when there is none, or they do not belong together
 * @throws UnreachableError when all files are empty, or there are none in the folders
 */
export async function readShards(paths: readonly string[], warn: (message: string) => void): Promise<ShardMerge> {
  const merge = new ShardMerge();
  const refused: Refused[] = [];
  const refuse = (file: string, error: unknown): void => void refused.push({ file, reason: unreadableReason(error) });
  const collect = collector();
  for (const file of paths.flatMap((path) => filesOf(path, refuse))) {
    try {
      checkKind(file, paths);
      merge.add({ source: file, result: withVerdict(await readRun(file)) });
    } catch (error) {
      if (error instanceof ForeignPartError) throw new UsageError(visible(error.message));
      refuse(file, error);
    }
    collect(file);
  }
  if (merge.size === 0) throw nothingRead(paths, refused);
  for (const each of refused.slice(0, NAMED_FILES)) warn(`${refusedText(each)}; it is left out`);
  const more = refused.length - NAMED_FILES;
  if (more > 0) warn(`${plural(more, "more file")} left out`);
  return merge;
}
