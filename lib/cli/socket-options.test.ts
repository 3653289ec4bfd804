import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { parsePortRange, socketOptionShape, sourcePortShape, toSocketRequest } from "./socket-options.ts";

const schema = z.object({ ...socketOptionShape, ...sourcePortShape });

describe("the options of a socket", () => {
  test("ask the kernel for bytes, milliseconds and bytes a second", () => {
    const options = schema.parse({
      ...{ congestion: "bbr", dscp: "af41", mss: "1200", device: "eth0", pacingRate: "100Mbit/s" },
      ...{ userTimeout: "1.5ms", notsentLowat: "16k", sourcePort: "50000-50100" },
    });
    expect(toSocketRequest(options)).toEqual({
      ...{ congestion: "bbr", dscp: 34, mssBytes: 1_200, device: "eth0", pacingBytesPerSecond: 12_500_000 },
      ...{ userTimeoutMs: 2, notsentLowatBytes: 16_384, sourcePorts: { from: 50_000, to: 50_100 } },
      ...{ mptcp: false, fastOpen: false },
    });
  });

  test("ask for nothing unless given", () => {
    expect(toSocketRequest(schema.parse({}))).toEqual({ mptcp: false, fastOpen: false });
  });

  test.each(["", "0", "5-1", "1-65536", "1-", "-1", "a", "1,2"])("take no ports such as %j", (range) => {
    expect(parsePortRange(range)).toBeUndefined();
  });

  test("take one port", () => expect(parsePortRange("50000")).toEqual({ from: 50_000, to: 50_000 }));
});
