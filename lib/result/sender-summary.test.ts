import { expect, test } from "bun:test";
import type { SenderInfo } from "../oneway/trailer.ts";
import { mergeWays, summarizeSenders } from "./sender-summary.ts";

const sender: SenderInfo = {
  ...{ rttUs: 100, minRttUs: 50, retransmits: 0, cwnd: 10, sndMss: 1_448, deliveryRateBps: 1e6 },
  ...{ busyMs: 1_000, rwndLimitedMs: 900, sndbufLimitedMs: 0 },
};

test("what kept its rate was limited by itself, whatever its kernel waited for", () => {
  expect(summarizeSenders([sender], false)?.limitedBy).toBe("receiver");
  expect(summarizeSenders([sender], true)?.limitedBy).toBe("sender");
});

test.each([
  [[true, true], "sender"],
  [[true, false], "receiver"],
])("shards that kept their rates (%j) are limited by the %s together", (kept, limit) => {
  const ecn = { connections: 2, ecnConnections: 1, ecnSeenConnections: 0 };
  const ways = kept.map((keepsRate) => ({
    ways: {
      upload: { bytes: 1, bytesPerSecond: 1, sender: summarizeSenders([sender], keepsRate), ecn },
      download: null,
    },
  }));
  const upload = mergeWays(ways, { upload: 1, download: 0 })?.upload;
  expect(upload?.sender?.limitedBy).toBe(limit as "sender");
  expect(upload?.ecn).toEqual({ connections: 4, ecnConnections: 2, ecnSeenConnections: 0 });
});
