import { describe, expect, test } from "bun:test";
import type { RunResult } from "../lib/result/run-result.ts";
import { discardReportLine } from "../lib/oneway/discard-report.ts";
import { answerLine, parseRequest } from "../lib/oneway/request.ts";
import { encodeTrailer } from "../lib/oneway/trailer.ts";
import { generatePayload } from "../lib/payload/generated-payload.ts";
import { PayloadTable } from "../lib/payload/payload-table.ts";
import { type Peer, startHostileServer } from "./fixtures/hostile-server.ts";
import { runClient, runClientForResult, ServerProgram, startClient } from "./fixtures/program.ts";

type Mode = "upload" | "download" | "both";

async function startServer(...args: readonly string[]) {
  const server = await ServerProgram.start("--discard", "0", "--chargen", "0", ...args);
  const portOf = async (name: string): Promise<string> =>
    (await server.saw(new RegExp(`:(\\d+) for ${name}`)))[1] ?? "";
  return { server, to: ["--discard", await portOf("discard"), "--chargen", await portOf("chargen")] };
}

const short = ["--duration", "600ms", "--warmup", "200ms", "--interval", "200ms"];

const waysOf = ({ ways }: RunResult): unknown => ({
  upload: ways?.upload && ways.upload.bytes > 0,
  download: ways?.download && ways.download.bytes > 0,
});

const engines = [
  ["epoll", ["--engine", "epoll"]],
  ["Bun's sockets", ["--engine", "bun"]],
] as const;

describe.each(engines)("one way, on %s", (_name, engine) => {
  test.each<[Mode, object]>([
    ["upload", { upload: true, download: null }],
    ["download", { upload: null, download: true }],
    ["both", { upload: true, download: true }],
  ])("%s moves bytes that the receiver has verified", async (mode, expected) => {
    const { server, to } = await startServer(...engine);
    await using _server = server;
    const load = ["--mode", mode, "--conns", "3", "--threads", "2", ...engine, ...short];
    const { exitCode, result, stderr } = await runClientForResult(...to, ...load);
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    expect(waysOf(result)).toEqual(expected);
    expect(result.reason).toBe("every byte came to the other end as it was sent");
    const { upload, download } = result.ways ?? {};
    expect(result.totals.bytesReceived).toBe((upload?.bytes ?? 0) + (download?.bytes ?? 0));
    expect(result.totals.connections).toBe(mode === "both" ? 6 : 3);
    for (const way of [upload, download]) if (way) expect(way.sender?.connections).toBe(3);
    expect(result.intervals.every(({ bytes }) => bytes > 0)).toBe(true);
    expect(await server.stop()).toBe(0);
  });

  test.each<Mode>(["upload", "download", "both"])("%s moves so many bytes and then ends", async (mode) => {
    const { server, to } = await startServer(...engine);
    await using _server = server;
    const load = ["--mode", mode, "--bytes", "20MB", "--conns", "2", ...engine];
    const { exitCode, result } = await runClientForResult(...to, ...load);
    expect([exitCode, result.errors]).toEqual([0, { total: 0, byKind: {}, first: [] }]);
    expect(result.totals.bytesReceived).toBe(20_000_000);
    const half = mode === "both" ? 10_000_000 : 20_000_000;
    for (const way of [result.ways?.upload, result.ways?.download]) if (way) expect(way.bytes).toBe(half);
  });

  test.each<[string, string]>([
    ["upload", "4Mbit/s"],
    ["both", "4Mbit/s"],
    ["stream", "4Mbit/s"],
  ])("%s goes at a rate, and no faster", async (mode, rate) => {
    const { server, to } = await startServer(...engine);
    await using _server = server;
    const where = mode === "stream" ? ["--port", String(server.port)] : to;
    const load = ["--mode", mode, "--bitrate", rate, "--conns", "2", ...engine, "--duration", "1s"];
    const { exitCode, result } = await runClientForResult(...where, ...load);
    expect([exitCode, result.errors.total]).toEqual([0, 0]);
    const { ways, throughput } = result;
    const rates = ways ? [ways.upload, ways.download].flatMap((way) => way ?? []) : [throughput];
    // What a pause of the client held up is sent later, but never more than that.
    for (const { bytesPerSecond } of rates) expect(bytesPerSecond).toBeWithin(100_000, 575_000);
    const isKept = result.warnings.every(({ code }) => code !== "rate-not-reached");
    const limits = [ways?.upload, ways?.download].flatMap((way) => way?.sender?.limitedBy ?? []);
    if (isKept) expect(limits.every((limit) => limit === "sender")).toBe(true);
  });

  test("text is verified too, and thresholds are kept or broken", async () => {
    const { server, to } = await startServer(...engine, "--workers", "1");
    await using _server = server;
    const load = ["--mode", "both", "--payload", "text", ...engine, ...short];
    const expect4 = ["--expect", "upload>1B/s,download>1PB/s"];
    const { exitCode, result } = await runClientForResult(...to, ...load, ...expect4);
    expect(exitCode).toBe(4);
    expect(result.expectations.map(({ ok }) => ok)).toEqual([true, false]);
  });
});

/** Answers the first line of each connection as a test tells it to, and reads the rest. */
const serve = (
  answer: (send: (bytes: string | Uint8Array) => void, line: string, end: () => void) => void,
  onFin?: (peer: Peer) => void,
) =>
  startHostileServer(
    (peer, chunk) => {
      if (peer.isDone) return;
      peer.held = Buffer.concat([peer.held, chunk]);
      const end = peer.held.indexOf("\n");
      if (end < 0) return;
      peer.isDone = true;
      const send = (sent: string | Uint8Array): void => peer.send(Buffer.from(sent as string));
      answer(send, peer.held.toString("latin1", 0, end), () => void peer.socket.end());
    },
    undefined,
    onFin,
  );

/** Does it again and again, until the test is over. */
function again(action: () => void): Disposable {
  const timer = setInterval(action, 20);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** @returns makes the first bytes of the payload that a client asks for */
function requestedBytes(line: string): (length: number) => Buffer {
  const request = parseRequest("chargen", line);
  if (typeof request === "string" || request.payload === "any") throw new Error(line);
  const table = new PayloadTable(generatePayload(request.payload, request.seed));
  return (length) => table.copy(request.start, length);
}

const run = (mode: Mode, { port }: { readonly port: number }, ...args: readonly string[]) =>
  runClientForResult(
    "--mode",
    mode,
    "--discard",
    String(port),
    "--chargen",
    String(port),
    ...["--duration", "2s", "--warmup", "100ms", "--timeout", "1s"],
    ...args,
  );

describe.concurrent("a peer that does not keep the protocol is named", () => {
  test.each<[string, Mode, string | Uint8Array, string, RegExp]>([
    ["refuses", "upload", answerLine("no room"), "closed-early", /refused to check what is sent: no room/],
    ["refuses", "download", answerLine("no room"), "closed-early", /refused to send: no room/],
    [
      "is another program",
      "upload",
      "220 mail.example ready\n",
      "surplus",
      /no discard of echobench: it said "220 mail/,
    ],
    [
      "finds a wrong byte",
      "upload",
      `${answerLine()}${discardReportLine({ kind: "wrong", at: 0, expected: "aa", received: "bb" })}`,
      "mismatch",
      /byte 0 came to the server as another one/,
    ],
    [
      "got more than was sent",
      "upload",
      `${answerLine()}${discardReportLine({ kind: "right", bytes: 2 ** 50 })}`,
      "surplus",
      /more bytes than were sent/,
    ],
    [
      "takes back what it confirmed",
      "upload",
      `${answerLine()}${discardReportLine({ kind: "right", bytes: 1 })}${discardReportLine({ kind: "right", bytes: 0 })}`,
      "surplus",
      /took back bytes that it had confirmed/,
    ],
    [
      "finds a wrong byte that was never sent",
      "upload",
      `${answerLine()}${discardReportLine({ kind: "wrong", at: 2 ** 50, expected: "aa", received: "bb" })}`,
      "surplus",
      /more bytes than were sent/,
    ],
    ["says nothing", "upload", "", "echo-timed-out", /confirmed nothing more within 1s/],
    ["says nothing", "download", "", "echo-timed-out", /did not answer what it was asked to send within 1s/],
    ["stops to send", "download", answerLine(), "echo-timed-out", /nothing came within 1s/],
    [
      "sends other bytes",
      "download",
      Buffer.concat([Buffer.from(answerLine()), Buffer.alloc(100_000, 1)]),
      "mismatch",
      /./,
    ],
  ])("one that %s: %s", async (_what, mode, said, kind, message) => {
    using peer = serve((send) => send(said));
    const { exitCode, result } = await run(mode, peer);
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, [kind]]);
    expect(result.errors.first[0]?.message).toMatch(message);
  });

  test("one that ends a stream with fewer bytes than it says", async () => {
    using peer = serve((send, line, end) => {
      const stream = requestedBytes(line);
      send(answerLine());
      send(stream(10_000));
      send(encodeTrailer({ sent: 20_000, sender: null }));
      end();
    });
    const { exitCode, result } = await run("download", peer);
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, ["closed-early"]]);
  });

  test("one that confirms the same again and again", async () => {
    using repeating = new DisposableStack();
    using peer = serve((send) => {
      send(answerLine());
      repeating.use(again(() => send(discardReportLine({ kind: "right", bytes: 1 }))));
    });
    const { exitCode, result } = await run("upload", peer);
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, ["echo-timed-out"]]);
    expect(result.errors.first[0]?.message).toStartWith("the server confirmed nothing more within 1s");
  });

  test("one that confirms slowly when everything is sent", async () => {
    using repeating = new DisposableStack();
    let right = 0;
    const confirm = (peer: Peer): void =>
      peer.send(Buffer.from(discardReportLine({ kind: "right", bytes: ++right }), "latin1"));
    using peer = serve(
      (send) => send(answerLine()),
      (each) => void repeating.use(again(() => confirm(each))),
    );
    const { exitCode, result } = await run("upload", peer, "--bytes", "3kB");
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, ["echo-timed-out"]]);
    expect(result.errors.first[0]?.message).toStartWith("the server had not confirmed everything 6s after FIN");
  });

  test("one that says that all came, and never closes", async () => {
    let lineBytes = 0;
    const sayEnd = (peer: Peer): void => {
      const received = peer.received - lineBytes;
      peer.send(Buffer.from(discardReportLine({ kind: "end", received, right: received }), "latin1"));
    };
    using peer = serve((send, line) => {
      lineBytes = line.length + 1;
      send(answerLine());
    }, sayEnd);
    const { exitCode, result } = await run("upload", peer, "--bytes", "100kB");
    expect([exitCode, result.errors.byKind]).toEqual([1, { "close-timed-out": 1 }]);
  });

  test("one that sends on when nothing more is wanted", async () => {
    using repeating = new DisposableStack();
    let sent = 1_000;
    using peer = serve(
      (send, line) => {
        const stream = requestedBytes(line);
        send(answerLine());
        send(stream(sent));
        repeating.use(again(() => send(stream((sent += 100)).subarray(-100))));
      },
      () => {},
    );
    const { exitCode, result } = await run("download", peer);
    expect([exitCode, Object.keys(result.errors.byKind)]).toEqual([1, ["echo-timed-out"]]);
    expect(result.errors.first[0]?.message).toStartWith("the server had not ended 6s after FIN");
  });

  test("one that is stopped in the middle", async () => {
    const { server, to } = await startServer();
    await using _server = server;
    await using client = startClient(...to, "--mode", "both", "--duration", "30s", "--json");
    await server.saw(/CONNECT[^]*CONNECT/);
    expect(await server.stop()).toBe(0);
    expect(await client.exited()).toBe(1);
    const result: RunResult = JSON.parse(client.stdout);
    expect(Object.keys(result.errors.byKind)).toEqual(["closed-early"]);
  });
});

describe.concurrent("one way", () => {
  test("speaks TLS", async () => {
    const { server, to } = await startServer("--tls-self-signed");
    await using _server = server;
    const load = ["--tls", "--insecure", "--mode", "both", ...short];
    const { exitCode, result } = await runClientForResult(...to, ...load);
    expect([exitCode, result.errors.total]).toEqual([0, 0]);
  });

  test("is sent nothing while it waits for its start", async () => {
    const { server, to } = await startServer();
    await using _server = server;
    const load = ["--mode", "download", "--bitrate", "8Mbit/s", "--duration", "500ms", "--warmup", "0"];
    const { exitCode, result } = await runClientForResult(...to, ...load, "--start-at", "+1500ms");
    expect(exitCode).toBe(0);
    expect(await server.stop()).toBe(0);
    const [, sent] = /TX: (\d+) bytes/.exec(server.stdout) ?? [];
    // What the server sent after the window is that of a few reads.
    expect(Number(sent)).toBeWithin(result.totals.bytesReceived, result.totals.bytesReceived + 1_000_000);
  });

  test("skips the pattern of a server that had begun with it", async () => {
    using peer = serve((send, line) => {
      const stream = requestedBytes(line);
      send(`${"#".repeat(72)}\r\n${"E".repeat(72)}\r\n`);
      send(answerLine());
      send(stream(100_000));
    });
    const { result } = await run("download", peer);
    expect(result.errors.first[0]?.message).toContain("after 100,000 bytes");
  });

  test("counts bytes that are not compared, and says so", async () => {
    const { server, to } = await startServer();
    await using _server = server;
    const { exitCode, result } = await runClientForResult(...to, "--mode", "both", "--verify", "off", ...short);
    expect([exitCode, waysOf(result)]).toEqual([0, { upload: true, download: true }]);
    expect(result.reason).toBe("all bytes came; they were not compared");
  });

  test("shows each way in the report", async () => {
    const { server, to } = await startServer();
    await using _server = server;
    const { exitCode, stdout } = await runClient(...to, "--mode", "both", ...short);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Upload +\S+ \S+ +\S+ \S+\/s/m);
    expect(stdout).toMatch(/^Download +\S+ \S+ +\S+ \S+\/s/m);
  });

  test("says when a rate was not reached", async () => {
    const { server, to } = await startServer();
    await using _server = server;
    const { result } = await runClientForResult(...to, "--mode", "upload", "--bitrate", "8Tbit/s", ...short);
    expect(result.warnings.map(({ code }) => code)).toContain("rate-not-reached");
  });

  test.each<[readonly string[], string]>([
    [["--bitrate", "1Mbit/s"], '--bitrate "1Mbit/s": expected without --mode echo, whose messages have a --rate'],
    [["--mode", "stream", "--bitrate", "fast"], '--bitrate "fast": expected a rate from 1kbit/s to 8Tbit/s'],
    [["--mode", "upload", "--port", "7000"], '--port "7000": expected --discard instead'],
    [["--mode", "both", "--size", "10"], '--size "10": expected without --mode both, which moves bytes one way'],
    [["--mode", "upload", "--payload", "file:/etc/hostname"], "expected random, text or zeros"],
    [["--mode", "download", "--expect-transform", "uppercase"], "--expect-transform"],
    [["--mode", "upload", "--expect", "download>1B/s"], "this run has no download"],
    [["--mode", "download", "--expect", "p99<1ms"], "this run has no p99"],
    [["--mode", "download", "--abort-on", "retransmits>0"], "this run's time series has no retransmits"],
    [["--mode", "upload", "--hdr", "h"], '--hdr "h": expected without --mode upload, which has no round trips'],
    [["--mode", "both", "--bytes", "1"], '--bytes "1": expected at least 2 with --mode both, one for each way'],
    [
      ["--mode", "both", "--server-command", "server --discard {discard}"],
      '--server-command "server --discard {discard}": expected {chargen} in the command too, with --mode both',
    ],
    [
      ["--mode", "upload", "--server-command", "server --port {port}"],
      '--server-command "server --port {port}": expected {discard} in the command too, with --mode upload',
    ],
  ])("refuses %j", async (args, message) => {
    const { exitCode, stderr } = await runClient(...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
