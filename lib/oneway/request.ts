import { MOST_BYTES_PER_SECOND } from "../text/units.ts";
import { type GeneratedPayload, generatedPayloads } from "../payload/generated-payload.ts";

/** The two services of one way: `discard` (RFC 863) reads, `chargen` (RFC 864) sends. */
export const oneWayServices = ["discard", "chargen"] as const;

/** One of them. */
export type OneWayService = (typeof oneWayServices)[number];

/** What every line begins with in which the two ends speak of the bytes. */
export const GREETING = "ECHOBENCH/1";

/** The beginning of a line. A peer that has sent this much is waited for, however long the rest takes. */
export const lineBegin: Uint8Array = Buffer.from(`${GREETING} `);

/** A line is at most this long, its line feed included. */
export const MAX_LINE_BYTES = 256;

/** Which bytes a connection carries: those of an endless payload from a position on. */
export interface StreamRequest {
  /** `any` of discard only: bytes are counted and not compared */
  readonly payload: GeneratedPayload | "any";
  /** 0 to 2^32 - 1 */
  readonly seed: number;
  /** position in the payload's table, from 0 */
  readonly start: number;
  /** of chargen only: bytes a second at most; undefined sends as fast as they are taken */
  readonly rate?: number | undefined;
}

/** What a client asks of each service: to check what it sends, or to send. */
const verbs: Record<OneWayService, string> = { discard: "CHECK", chargen: "SEND" };

/** The line with which a client asks for bytes that can be verified. */
export const requestLine = (service: OneWayService, { payload, seed, start, rate }: StreamRequest): string => {
  const asked = rate === undefined ? "" : ` rate=${Math.max(1, Math.round(rate))}`;
  return `${GREETING} ${verbs[service]} payload=${payload} seed=${seed} start=${start}${asked}\n`;
};

/** What a request has to say, in this order. */
const requiredFields = ["payload", "seed", "start"] as const;

const MAX_SEED = 2 ** 32 - 1;
const MAX_START = 2 ** 31 - 1;

function numberUpTo(text: string | undefined, max: number): number | undefined {
  const value = /^\d{1,13}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

/**
 * Reads a request, without its line feed.
 * @returns what is asked for, or why that cannot be done
 */
export function parseRequest(service: OneWayService, line: string): StreamRequest | string {
  const [greeting, verb, ...words] = line.replace(/\r$/, "").split(" ");
  if (greeting !== GREETING) return `expected ${GREETING}`;
  if (verb !== verbs[service]) return `${service} expects ${verbs[service]}`;
  const order = service === "discard" ? requiredFields : [...requiredFields, "rate"];
  if (words.length > order.length || !words.every((word, i) => word.startsWith(`${order[i]}=`))) {
    const optional = service === "chargen" ? ", and then rate if it is wanted" : "";
    return `expected ${requiredFields.join(", ")} as NAME=VALUE in this order${optional}`;
  }
  const [kind, seedText, startText, rateText] = words.map((word) => word.slice(word.indexOf("=") + 1));
  const payloads = service === "discard" ? ([...generatedPayloads, "any"] as const) : generatedPayloads;
  const payload = payloads.find((each) => each === kind);
  if (!payload) return `expected payload=${payloads.join("|")}`;
  const seed = numberUpTo(seedText, MAX_SEED);
  if (seed === undefined) return `expected seed=0 to ${MAX_SEED}`;
  const start = numberUpTo(startText, MAX_START);
  if (start === undefined) return `expected start=0 to ${MAX_START}`;
  if (rateText === undefined) return { payload, seed, start };
  const rate = numberUpTo(rateText, MOST_BYTES_PER_SECOND);
  if (!rate) return `expected rate=1 to ${MOST_BYTES_PER_SECOND}`;
  return { payload, seed, start, rate };
}

/** The server's answer to a request. @param refusal why it cannot be done */
export const answerLine = (refusal?: string): string =>
  refusal === undefined ? `${GREETING} OK\n` : `${GREETING} ERROR ${refusal}\n`;

/** Reads an answer, without its line feed. @returns why the request was refused; undefined when it was not */
export function parseAnswer(line: string): { readonly refusal: string | undefined } | undefined {
  const [, word, refusal] = /^ECHOBENCH\/1 (OK|ERROR)(?: (.*))?$/.exec(line.trimEnd()) ?? [];
  if (word === undefined) return undefined;
  return { refusal: word === "OK" ? undefined : (refusal ?? "no reason given") };
}
