import { messages } from "../lib/cli/command.ts";
import { standardOutput } from "../lib/process/standard-streams.ts";
import type { Conclusion } from "./compare/conclusion.ts";
import type { Format } from "./report/formats.ts";

/** Says the verdict on standard error, unless the report ends with it in the same terminal. */
export function tellVerdict({ text }: Conclusion, format: Format): void {
  if (format !== "text" || !standardOutput.isTerminal) messages.log(text);
}
