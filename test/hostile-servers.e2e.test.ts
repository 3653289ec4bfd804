import { describe, expect, test } from "bun:test";
import { runClient, runClientForResult, to } from "./fixtures/program.ts";
import {
  addSurplus,
  type Behaviour,
  closeAt,
  crossPeers,
  dropByte,
  echo,
  flipBit,
  type Peer,
  repeatBytes,
  repeatChunk,
  replayFirst,
  resetAt,
  stallAt,
  startHostileServer,
  swapChunks,
} from "./fixtures/hostile-server.ts";

const MESSAGE = 4_096;
/** Any offset in the first fifty messages. */
const somewhere = (): number => MESSAGE + Math.floor(Math.random() * 50 * MESSAGE);

async function face(behaviour: Behaviour, ...args: readonly string[]) {
  using server = startHostileServer(behaviour);
  const load = ["--size", String(MESSAGE), "--messages", "400", "--timeout", "500ms"];
  // Awaited here, because the server has to outlive the run.
  return await runClientForResult(...to(server), ...load, ...args);
}

describe.concurrent("the client names what a hostile server did", () => {
  test("nothing, if it echoes correctly", async () => {
    const { exitCode, result } = await face(echo, "--conns", "2", "--pipeline", "4");
    expect(result.errors.total).toBe(0);
    expect(result.verdict).toBe("pass");
    expect(exitCode).toBe(0);
  });

  test("flipped one bit, wherever it is", async () => {
    const at = somewhere();
    const { exitCode, result } = await face(flipBit(at, Math.floor(Math.random() * 8)));
    const [failure] = result.errors.first;
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(failure?.message).toContain("1 bit flipped in 1 byte");
    expect(failure?.offset).toBe(at);
    expect(failure?.connection).toBe(0);
    const [expected = 0, actual = 0] = [failure?.expected, failure?.actual].map((hex) =>
      Number.parseInt(hex?.slice(0, 2) ?? "", 16),
    );
    expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(expected ^ actual);
    expect(exitCode).toBe(1);
  });

  test("left out a byte", async () => {
    const at = somewhere();
    const { exitCode, result } = await face(dropByte(at), "--pipeline", "4");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(result.errors.first[0]?.message).toContain("1 byte left out");
    // If the next bytes have the same value, the difference appears a few bytes later.
    expect(result.errors.first[0]?.offset).toBeWithin(at, at + 4);
    expect(exitCode).toBe(1);
  });

  test("left out the last byte, so that there is nothing to compare", async () => {
    const { exitCode, result } = await face(dropByte(400 * MESSAGE - 1));
    expect(result.errors.byKind).toEqual({ "echo-timed-out": 1 });
    expect(result.errors.first[0]?.message).toContain("1 bytes were not echoed");
    expect(exitCode).toBe(1);
  });

  test("repeated a chunk", async () => {
    const { exitCode, result } = await face(repeatChunk(somewhere()), "--pipeline", "4");
    expect(Object.values(result.errors.byKind)).toEqual([1]);
    expect(result.errors.first[0]?.message).toMatch(/[\d,]+ bytes repeated/);
    expect(exitCode).toBe(1);
  });

  test.each(["1", "2"])("repeated five bytes, with %s connections", async (conns) => {
    const { result } = await face(repeatBytes(20 * MESSAGE + 2_000, 5), "--conns", conns, "--pipeline", "4");
    expect(result.errors.first[0]?.message).toContain(", 5 bytes repeated");
  });

  test("swapped two chunks", async () => {
    const { exitCode, result } = await face(swapChunks(1_000), "--pipeline", "4");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(result.errors.first[0]?.message).toContain("bytes out of order: 1,000 bytes came too early");
    expect(result.errors.first[0]?.offset).toBe(0);
    expect(exitCode).toBe(1);
  });

  test("sent bytes of another connection", async () => {
    using server = startHostileServer((peer, chunk, offset) => crossPeers(server.peers)(peer, chunk, offset));
    const load = ["--size", String(MESSAGE), "--messages", "100", "--conns", "2"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.errors.byKind["mismatch"]).toBeGreaterThanOrEqual(1);
    expect(result.errors.first[0]?.message).toContain("bytes that were sent on another connection");
    expect(exitCode).toBe(1);
  });

  test("sent surplus bytes after the last echo", async () => {
    const { exitCode, result } = await face(addSurplus(400 * MESSAGE - 1, 7));
    expect(result.errors.byKind).toEqual({ surplus: 1 });
    expect(result.errors.first[0]).toMatchObject({ offset: 400 * MESSAGE, actual: "eeeeeeeeeeeeee", expected: null });
    expect(exitCode).toBe(1);
  });

  test("sent bytes that it never received", async () => {
    const { result } = await face(addSurplus(MESSAGE, 700), "--pipeline", "4");
    expect(Object.values(result.errors.byKind)).toEqual([1]);
    expect(result.errors.first[0]?.message).toMatch(/never sent|more bytes came than were sent/);
  });

  test("stalled", async () => {
    const { exitCode, result } = await face(stallAt(10 * MESSAGE + 96));
    expect(result.errors.byKind).toEqual({ "echo-timed-out": 1 });
    expect(result.errors.first[0]?.message).toBe("no complete echo within 500ms, 4,000 bytes were not echoed");
    expect(exitCode).toBe(1);
  });

  test("closed a connection early", async () => {
    const { exitCode, result } = await face(closeAt(10 * MESSAGE + 96));
    expect(result.errors.byKind).toEqual({ "closed-early": 1 });
    expect(result.errors.first[0]?.message).toBe("the server closed the connection, 4,000 bytes were not echoed");
    expect(exitCode).toBe(1);
  });

  test("reset a connection", async () => {
    const { exitCode, result } = await face(resetAt(10 * MESSAGE));
    expect(result.errors.byKind).toEqual({ reset: 1 });
    expect(result.errors.first[0]?.message).toContain("connection reset by peer");
    expect(exitCode).toBe(1);
  });

  test("corrupted one connection, while the others continue", async () => {
    let isSpent = false;
    const once: Behaviour = (peer, chunk, offset) => {
      if (isSpent || offset === 0) return echo(peer, chunk, offset);
      isSpent = true;
      return flipBit(offset, 0)(peer, chunk, offset);
    };
    const { result } = await face(once, "--conns", "4");
    expect(result.errors.byKind).toEqual({ mismatch: 1 });
    expect(result.totals.messages).toBeGreaterThan(390);
    expect(result.warnings.map(({ code }) => code)).toContain("lost-connections");
  });

  test("nothing, if bytes are not compared", async () => {
    const { exitCode, result } = await face(flipBit(somewhere(), 0), "--no-verify");
    expect(result.errors.total).toBe(0);
    expect(result.warnings.map(({ code }) => code)).toContain("not-verified");
    expect(exitCode).toBe(0);
  });
});

describe.concurrent("bytes of an earlier connection are wrong", () => {
  test.each(["epoll", "bun"])("in churn, on %s", async (engine) => {
    using server = startHostileServer(replayFirst());
    const load = ["--mode", "churn", "--duration", "200ms", "--warmup", "0", "--engine", engine];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, ["mismatch"]]);
    expect(result.errors.first[0]?.message).toBe("the echo differs, bytes that were sent on an earlier connection");
  });

  test("at the next point of a sweep", async () => {
    let first: Peer | undefined;
    let recording = Buffer.alloc(0);
    using server = startHostileServer((peer, chunk, offset) => {
      first ??= peer;
      if (peer === first) recording = Buffer.concat([recording, chunk]);
      peer.send(recording.subarray(offset, offset + chunk.length));
    });
    const load = ["--sizes", "4k", "--buffers", "16k,64k", "--duration", "100ms", "--warmup", "0"];
    const { exitCode, stderr } = await runClient("sweep", ...to(server), ...load);
    expect(stderr).toContain("the load failed: mismatch: ");
    expect(exitCode).toBe(1);
  });

  test("after a reconnect", async () => {
    const replay = replayFirst();
    let last: Peer | undefined;
    using server = startHostileServer((peer, chunk, offset) => {
      replay(peer, chunk, offset);
      if (last === undefined) peer.socket.terminate();
      last = peer;
    });
    const load = ["--reconnect", "--size", "512", "--duration", "500ms", "--warmup", "0", "--timeout", "200ms"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(exitCode).toBe(1);
    expect(result.errors.byKind["mismatch"]).toBeGreaterThan(0);
    expect(result.errors.first.find(({ kind }) => kind === "mismatch")?.message).toContain("on an earlier connection");
  });
});

const everyLoad = [
  ["a closed loop", "--messages 10 --conns 3"],
  ["a closed loop on Bun's sockets", "--messages 10 --conns 3 --engine bun"],
  ["an open loop", "--messages 10 --conns 3 --rate 1000"],
  ["a stream", "--mode stream --bytes 1MB --conns 3"],
  ["churn", "--mode churn --messages 10 --conns 3"],
  ["churn on Bun's sockets", "--mode churn --messages 10 --conns 3 --engine bun"],
] as const;

describe.concurrent.each([
  ["none", "close-timed-out", /did not answer FIN within 300ms/],
  ["reset", "close-reset", /everything had come back, and then the connection broke/],
] as const)("a server whose answer to FIN is %s is named, whatever the load", (onFin, kind, message) => {
  test.each(everyLoad)("%s", async (_, load) => {
    using server = startHostileServer(echo, undefined, onFin);
    const { result, exitCode } = await runClientForResult(...to(server), ...load.split(" "), "--timeout", "300ms");
    expect([exitCode, result.verdict, Object.keys(result.errors.byKind)]).toEqual([1, "fail", [kind]]);
    expect(result.errors.first[0]?.message).toMatch(message);
    expect(result.warnings.map(({ code }) => code)).not.toContain("lost-connections");
  });
});
