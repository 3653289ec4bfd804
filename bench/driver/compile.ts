import { RunFailedError } from "../../lib/errors.ts";

/**
 * Runs a compiler.
 * @throws RunFailedError with what it says when it fails
 */
export async function compile(command: readonly string[]): Promise<void> {
  const compiler = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [stderr, exitCode] = await Promise.all([compiler.stderr.text(), compiler.exited]);
  if (exitCode !== 0) throw new RunFailedError(`${command.join(" ")}: ${stderr.trim()}`);
}
