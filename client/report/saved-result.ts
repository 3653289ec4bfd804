import { unreadableReason } from "../../lib/files/unreadable-reason.ts";
import { readWholeFile } from "../../lib/files/whole-file.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { parseJson } from "../../lib/files/json.ts";
import { type DecodedResult, decodeResult } from "../../lib/result/decoded-result.ts";
import { describeFault } from "../../lib/result/result-fault.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";

/** The longest result. */
const MAX_BYTES = 1024 ** 3;

/** What `client --json` writes. */
const runSchema = runResultSchema.shape.schema.value;

/** What is wrong with the file of a client that never came to write a result. */
export const EMPTY = "it is empty";

/** Results of other programs, with what shows them. */
const otherSchemas = new Map([["echobench.suite/1", ", which bench report shows"]]);

async function readText(file: string): Promise<string> {
  try {
    return file === "-" ? await Bun.stdin.text() : readWholeFile(file, MAX_BYTES).toString("utf8");
  } catch (error) {
    throw new Error(unreadableReason(error), { cause: error });
  }
}

function parseContent(text: string): unknown {
  if (text.trim() === "") throw new Error(EMPTY);
  try {
    return parseJson(text);
  } catch (error) {
    throw new Error(`it is no JSON, or cut short: ${messageOf(error)}`, { cause: error });
  }
}

function checkSchema(data: unknown): void {
  const schema = (data as { schema?: unknown } | null)?.schema;
  if (schema === runSchema) return;
  if (typeof schema !== "string") throw new Error('it has no "schema"');
  throw new Error(`its schema is ${JSON.stringify(schema)}${otherSchemas.get(schema) ?? ""}`);
}

function parseResult(text: string): RunResult {
  const data = parseContent(text);
  checkSchema(data);
  const parsed = runResultSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(describeFault(parsed.error, data));
}

/**
 * Reads the result that a run saved, as it was saved.
 * @param file `-` is standard input
 * @throws Error when it is not there or not such a result, with the reason
 */
export const readRun = async (file: string): Promise<RunResult> => parseResult(await readText(file));

/**
 * Reads the result that a run saved.
 * @param file `-` is standard input
 * @throws UsageError when it is not there or not such a result
 */
export async function readResult(file: string): Promise<DecodedResult> {
  try {
    return decodeResult(await readRun(file));
  } catch (error) {
    throw new UsageError(`"${file}": expected a result that client --json wrote (${runSchema}): ${messageOf(error)}`);
  }
}
