import { z } from "zod";

const count = z.int().min(0);
const amount = z.number().min(0);
/** ms since 1970 */
const at = z.number();
/** counted from 0 */
const connection = count;

const setting = z.object({
  target: z.string(),
  connections: count,
  everyMs: amount,
  stallMs: amount,
  timeoutMs: amount,
});

/** Echoes since the last tick: `[ns, count]` for each latency, to three digits. */
const latencies = z.array(z.tuple([amount, count]));

/** An event of a soak, which is one JSON line of the journal. */
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
    ageMs: amount.nullable().describe("how long the connection was up; null when it never was"),
    silentMs: amount.nullable().describe("time since the last heartbeat before"),
  }),
  z.object({ kind: z.literal("recover"), at, connection, outageMs: amount, failedConnects: count }),
  z.object({ kind: z.literal("stall"), at, connection, tookMs: amount }),
  z.object({ kind: z.literal("tick"), at, sent: count, latencies }),
  z
    .object({ kind: z.literal("bad-close"), at, connection, message: z.string() })
    .describe("the server did not close a connection as it should, at the end of the soak"),
  z.object({ kind: z.literal("end"), at }),
]);

/** An event of a soak. Times in ms since 1970. */
export type SoakEvent = z.output<typeof soakEventSchema>;

/** What a soak does, as its start event has it. */
export type SoakSetting = z.output<typeof setting>;

/** The event of one kind. */
export type SoakEventOf<K extends SoakEvent["kind"]> = Extract<SoakEvent, { kind: K }>;
