import { readFileSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { countLossesAtExit, reportLoss } from "./losses.ts";
import { standardError, standardOutput } from "./standard-streams.ts";
import { untilRead } from "./stop.ts";
import { reasonOf } from "./output-reasons.ts";

const O_CLOEXEC = 0o2_000_000;

/**
 * Whether the program was started with standard output closed. Bun opens the null device in its place, so that no other
 * file gets the number 1, and marks it to be closed on exec: a descriptor that was inherited never is.
 */
function wasClosedAtStart(): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync("/proc/self/fdinfo/1", "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
  } catch {
    return false;
  }
}

let isClosed: boolean | undefined;
let isLossReported = false;

function loseOutput(reason: string): void {
  if (isLossReported) return;
  isLossReported = true;
  reportLoss(`standard output: cannot be written: ${reason}`);
}

/** A reader that closes the pipe early, as `head` does, ends the output and is no error. @returns whether all is well */
function afterWrite(error: Error | undefined): boolean {
  if (!error || systemErrorCode(error) === "EPIPE") return true;
  loseOutput(reasonOf(error));
  return false;
}

let isGuarded = false;

/** Lets the program live through standard streams that fail; lost results count in its exit code. */
export function guardStreams(): void {
  if (isGuarded) return;
  isGuarded = true;
  countLossesAtExit();
  standardOutput.onError(afterWrite);
  // Nobody is left to be told, and the exit code must say what the program did.
  standardError.onError(() => {});
}

/**
 * Writes to standard output. Settles once the text is written or lost, which is reported, the reader has gone, or a stop
 * ends the wait.
 * @returns false when it is lost
 */
export async function tryPrint(text: string): Promise<boolean> {
  guardStreams();
  isClosed ??= wasClosedAtStart();
  if (isClosed) {
    loseOutput("it is closed");
    return false;
  }
  const written = standardOutput.write(text).then(afterWrite);
  return (await untilRead(written)) && written;
}

/** Writes as `tryPrint` does. */
export const print = async (text: string): Promise<void> => void (await tryPrint(text));
