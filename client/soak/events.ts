import { z } from "zod";

const count = z.int().min(0);
const amount = z.number().min(0);
/** ms since 1970 */
const at = z.number();
/** counted from 0 */
const connection = count;

/** What a soak is asked to do. */
const setting = z.object({
  target: z.string(),
  connections: count,
  everyMs: amount,
  stallMs: amount,
  timeoutMs: amount,
});

/** Echoes since the tick before: `[ns, count]` for each latency, to three digits. */
const latencies = z.array(z.tuple([amount, count]));

/** Everything that happens in a soak, as the journal keeps it: a JSON object a line. */
export const soakEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("start"),
    at,
    schema: z.literal("echobench.soak-journal/1"),
    version: z.string(),
    setting,
  }),
  z.object({ kind: z.literal("up"), at, connection }),
  z.object({
    ...{ kind: z.literal("break"), at, connection, cause: z.string(), message: z.string() },
    ageMs: amount.nullable().describe("how long the connection had stood; null when it did not come about"),
    silentMs: amount.nullable().describe("how long nothing had been sent before"),
  }),
  z.object({ kind: z.literal("recover"), at, connection, outageMs: amount, failedConnects: count }),
  z.object({ kind: z.literal("stall"), at, connection, tookMs: amount }),
  z.object({ kind: z.literal("tick"), at, sent: count, latencies }),
  z.object({ kind: z.literal("end"), at }),
]);

/** Something that happens in a soak; times in ms since 1970. */
export type SoakEvent = z.output<typeof soakEventSchema>;

/** What a soak is asked to do. */
export type SoakSetting = z.output<typeof setting>;

/** The event of one kind. */
export type SoakEventOf<K extends SoakEvent["kind"]> = Extract<SoakEvent, { kind: K }>;
