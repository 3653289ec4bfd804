import { exitCodes } from "../errors.ts";
import { messages } from "./messages.ts";

let isOutputLost = false;

/** Says what output is lost. The program goes on, and then ends with 1 unless its own exit code says something worse. */
export function reportLoss(message: string): void {
  isOutputLost = true;
  messages.error(message);
}

let isWatching = false;

/** Makes lost output count in the exit code of this process. */
export function countLossesAtExit(): void {
  if (isWatching) return;
  isWatching = true;
  // A stream may report a loss after the program has set its exit code.
  process.on("exit", () => {
    if (isOutputLost && !process.exitCode) process.exitCode = exitCodes.runFailed;
  });
}
