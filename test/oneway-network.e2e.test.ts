import { describe, expect } from "bun:test";
import type { RunResult } from "../lib/result/run-result.ts";
import { Network } from "./fixtures/network.ts";
import { testInNetwork } from "./fixtures/tools.ts";

const MBIT = 1e6 / 8;

describe.concurrent("one way in a network", () => {
  const inNetwork = testInNetwork();

  inNetwork("tells the width of each way of a path that has different ones", async () => {
    await using network = await Network.make();
    await using _server = await network.serve("--discard", "7879", "--chargen", "7880");
    await network.shape("server", "10mbit", "100ms");
    await network.shape("client", "50mbit", "100ms");
    // Acknowledgements of the download wait behind the upload: few connections do not always fill the wider way then.
    const load = ["--mode", "both", "--conns", "16", "--duration", "3s", "--warmup", "2s", "--timeout", "20s"];
    const { exitCode, stdout, stderr } = await network.client("--host", "10.77.2.2", ...load, "--json");
    const { ways, errors }: RunResult = JSON.parse(stdout);
    expect([exitCode, errors, stderr]).toEqual([0, { total: 0, byKind: {}, first: [] }, expect.any(String)]);
    // Of 1,514 bytes on the wire 1,448 are payload.
    expect((ways?.upload?.bytesPerSecond ?? 0) / MBIT).toBeWithin(6, 10);
    expect((ways?.download?.bytesPerSecond ?? 0) / MBIT).toBeWithin(40, 50);
    for (const way of [ways?.upload, ways?.download]) expect(way?.sender?.limitedBy).toBe("network");
  });

  inNetwork("lets two congestion controls share a path, and says which is which", async () => {
    await using network = await Network.make();
    await using _server = await network.serve("--discard", "7879");
    await network.shape("server", "20mbit", "50ms");
    const load = ["--host", "10.77.2.2", "--mode", "upload", "--duration", "2s", "--warmup", "1s", "--timeout", "20s"];
    const run = async (name: string): Promise<RunResult> =>
      JSON.parse((await network.client(...load, "--congestion", name, "--json")).stdout);
    const results = await Promise.all(["cubic", "reno"].map(run));
    expect(results.map(({ sockets }) => sockets?.congestion)).toEqual(["cubic", "reno"]);
    expect(results.map(({ errors }) => errors.total)).toEqual([0, 0]);
    const together = results.reduce((sum, { ways }) => sum + (ways?.upload?.bytesPerSecond ?? 0), 0);
    expect(together / MBIT).toBeWithin(10, 21);
  });
});
