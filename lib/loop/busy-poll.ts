import { parseLatencyNs } from "../text/parse-units.ts";

const SHORTEST_NS = 1e3;
const LONGEST_NS = 1e9;

/**
 * How long a loop looks at its sockets before it sleeps.
 * @param text of `--busy-poll`: `50us`, `on` for always or `off`
 * @returns nanoseconds; undefined for any other text
 */
export function busyPollNs(text: string): number | undefined {
  if (text === "on") return Number.POSITIVE_INFINITY;
  if (text === "off") return 0;
  const ns = parseLatencyNs(text);
  return ns !== undefined && ns >= SHORTEST_NS && ns <= LONGEST_NS ? ns : undefined;
}

/** What `--busy-poll` of either program takes and does. Its value stays as it was written. */
export const busyPollOption = {
  hint: "TIME|on",
  expected: "on, off, or a time from 1us to 1s such as 50us",
  parse: (text: string): string | undefined => (busyPollNs(text) === undefined ? undefined : text),
  summary:
    "look at the sockets for this long before sleeping, on for always: shorter round trips, for a whole core (epoll only)",
} as const;
