import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { runResultSchema } from "../lib/result/run-result.ts";
import { isStopped } from "./fixtures/process-figures.ts";
import { Program, runClient, runClientForResult, runTool, ServerProgram, startClient } from "./fixtures/program.ts";
import { until } from "./fixtures/until.ts";

const to = (server: ServerProgram): string[] => ["--port", String(server.port)];

describe("the client's result", () => {
  test("holds exactly the messages that were asked for, over threads and connections", async () => {
    await using server = await ServerProgram.start();
    const load = [
      "--conns",
      "7",
      "--threads",
      "2",
      "--messages",
      "1001",
      "--pipeline",
      "3",
      "--size",
      "100",
      "--seed",
      "42",
    ];
    const { exitCode, result } = await runClientForResult(...to(server), ...load, "--label", "a=b", "--label", "c=d=e");
    expect(exitCode).toBe(0);
    expect(result.totals).toEqual({ connections: 7, messages: 1_001, bytesSent: 100_100, bytesReceived: 100_100 });
    expect(result.rttNs.count).toBe(1_001);
    expect(result.connectNs.count).toBe(7);
    expect(result.window.warmupMs).toBe(0);
    expect(result.seed).toBe(42);
    expect(result.labels).toEqual({ a: "b", c: "d=e" });
    expect(result.verdict).toBe("pass");
    await server.stop();
    expect(server.stdout).toContain("Connections  7 total");
    expect(server.stdout).toContain("Data         100 kB received, 100 kB echoed");
  });

  test("holds exactly the bytes that were asked for, the last message being shorter", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runClientForResult(
      ...to(server),
      "--bytes",
      "1000001",
      "--size",
      "64k",
      "--pipeline",
      "4",
    );
    expect(result.totals.bytesReceived).toBe(1_000_001);
    expect(result.totals.messages).toBe(16);
  });

  test.each(["1-3000", "64:7,576:4,1500:1"])(
    "holds messages of drawn sizes, --size %s, every byte right",
    async (size) => {
      await using server = await ServerProgram.start();
      const load = ["--size", size, "--messages", "3000", "--conns", "3", "--pipeline", "4", "--threads", "2"];
      const { exitCode, result } = await runClientForResult(...to(server), ...load);
      expect(result.totals.messages).toBe(3_000);
      expect(result.options["size"]).toBe(size);
      const mean = result.totals.bytesReceived / 3_000;
      expect(mean).toBeWithin(size === "1-3000" ? 1_400 : 300, size === "1-3000" ? 1_600 : 420);
      expect(exitCode).toBe(0);
    },
  );

  test("measures for the time that was asked for, after the warm-up", async () => {
    await using server = await ServerProgram.start("--log-format", "json");
    const load = ["--conns", "4", "--warmup", "300ms", "--duration", "700ms"];
    const { result } = await runClientForResult(...to(server), ...load);
    expect(result.window).toEqual({ durationMs: 700, warmupMs: 300 });
    expect(result.throughput.messagesPerSecond).toBeCloseTo(result.totals.messages / 0.7, 3);
    expect(result.throughput.bytesPerSecond).toBeCloseTo(result.totals.bytesReceived / 0.7, 3);
    expect(result.rttNs.count).toBe(result.totals.messages);
    // The warm-up's messages are left out: the server echoed more than was counted.
    await server.stop();
    const [, echoed] = /"event":"STOP".*"bytesOut":(\d+)/.exec(server.stdout) ?? [];
    expect(Number(echoed)).toBeGreaterThan(result.totals.bytesReceived + 10 * 1_024);
  });

  test("carries a histogram that HdrHistogram's own decoder reads, with the same figures", async () => {
    await using server = await ServerProgram.start();
    const { result } = await runClientForResult(...to(server), "--messages", "5000");
    const decoded = decodeFromCompressedBase64(result.histograms["rtt"] ?? "", 64);
    expect(decoded.totalCount).toBe(5_000);
    expect(decoded.getValueAtPercentile(50)).toBe(result.rttNs.p50);
    expect(result.rttNs.min).toBeLessThanOrEqual(result.rttNs.p50);
    expect(result.rttNs.p99_99).toBeLessThanOrEqual(result.rttNs.max);
  });

  test("tells what the kernel knows of the connections, and the buffers it granted", async () => {
    await using server = await ServerProgram.start("--buffer", "64k");
    const { result } = await runClientForResult(...to(server), "--conns", "3", "--messages", "3000", "--buffer", "32k");
    expect(result.tcpInfo).toMatchObject({ connections: 3, retransmits: 0, sndbufBytes: 65_536, rcvbufBytes: 65_536 });
    expect(result.tcpInfo?.rttUs).toBeGreaterThan(0);
    expect(result.tcpInfo?.cwnd).toBeGreaterThan(0);
    expect(result.tcpInfo?.sndMss).toBeGreaterThan(500);
    expect(result.cpu.perMessageUs).toBeGreaterThan(0);
    expect(server.stdout).toContain("SO_SNDBUF 128 KiB (asked 64 KiB), SO_RCVBUF 128 KiB (asked 64 KiB)");
  });

  test("has a time series without gaps that adds up to the totals, over all threads, and the same as CSV", async () => {
    await using server = await ServerProgram.start();
    const file = `/tmp/echobench-series-${process.pid}.csv`;
    const load = ["--conns", "4", "--threads", "2", "--duration", "1s", "--warmup", "200ms", "--interval", "300ms"];
    const { result } = await runClientForResult(...to(server), ...load, "--csv", file);
    const { intervals, totals, window, tcpInfo } = result;
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
    expect(intervals.length).toBeWithin(2, 5);
    expect(intervals[0]?.startMs).toBe(0);
    expect(intervals.slice(1).map(({ startMs }) => startMs)).toEqual(intervals.slice(0, -1).map(({ endMs }) => endMs));
    expect(intervals.at(-1)?.endMs).toBe(window.durationMs);
    expect(sum(intervals.map(({ messages }) => messages))).toBe(totals.messages);
    expect(sum(intervals.map(({ bytes }) => bytes))).toBe(totals.bytesReceived);
    expect(sum(intervals.map(({ retransmits }) => retransmits ?? 0))).toBe(tcpInfo?.retransmits ?? -1);
    expect(Math.max(...intervals.map(({ rttNs }) => rttNs.max))).toBe(result.rttNs.max);
    const [header, ...rows] = (await Bun.file(file).text()).trimEnd().split("\n");
    expect(header).toStartWith("start_ms,end_ms,messages,bytes,");
    expect(rows.map((row) => Number(row.split(",")[2]))).toEqual(intervals.map(({ messages }) => messages));
    rmSync(file);
  });

  test("has its percentiles written as HdrHistogram's plotter reads them", async () => {
    await using server = await ServerProgram.start();
    const file = `/tmp/echobench-percentiles-${process.pid}.txt`;
    const { result } = await runClientForResult(...to(server), "--messages", "5000", "--hdr", file);
    const [header = "", , ...lines] = (await Bun.file(file).text()).split("\n");
    expect(header.trim().split(/\s+/)).toEqual(["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]);
    const rows = lines.filter((line) => /^\s*\d/.test(line)).map((line) => line.trim().split(/\s+/).map(Number));
    const median = rows.find(([, percentile = 0]) => percentile >= 0.5)?.[0] ?? 0;
    expect(median).toBeCloseTo(result.rttNs.p50 / 1e6, 2);
    expect(rows.at(-1)?.slice(1, 3)).toEqual([1, 5_000]);
    rmSync(file);
  });

  test("comes as events, a line each, with nothing else on standard output", async () => {
    await using server = await ServerProgram.start("--max-conns", "2");
    const load = ["--conns", "3", "--duration", "300ms", "--warmup", "0", "--interval", "100ms", "--ndjson"];
    const { exitCode, stdout, stderr } = await runClient(...to(server), ...load);
    const events: Array<{ event: string; data: Record<string, unknown> }> = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const names = events.map(({ event }) => event);
    const of = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data);
    expect(of("start")).toMatchObject([{ schema: "echobench.run/1", target: { address: "127.0.0.1" } }]);
    expect(of("error")).toMatchObject([{ connection: 2 }]);
    expect(names.at(-1)).toBe("end");
    const result = runResultSchema.parse(of("end")[0]);
    expect(of("interval")).toEqual(result.intervals);
    expect(stderr).toContain("1 of 3 connections were lost");
    expect(exitCode).toBe(1);
  });

  test("tells of what failed while the connections opened after the start event", async () => {
    await using server = await ServerProgram.start();
    const client = `ulimit -n 64; exec ${process.execPath} client/cli.ts --port ${server.port}`;
    await using limited = new Program(["sh", "-c", `${client} --conns 100 --messages 100 --ndjson`]);
    expect(await limited.exited()).toBe(1);
    const events: Array<{ event: string; data: { kind?: string; message?: string } }> = limited.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.slice(0, 2).map(({ event }) => event)).toEqual(["start", "error"]);
    expect(events[1]?.data).toMatchObject({ kind: "descriptors-exhausted", message: "out of file descriptors" });
  });

  test("goes on without a word when the reader of its events goes away", async () => {
    await using server = await ServerProgram.start();
    const client = `${process.execPath} client/cli.ts --port ${server.port} --duration 500ms --warmup 0 --interval 100ms`;
    for (const flag of ["--ndjson", "--json", ""]) {
      const { stdout, stderr } = await runTool(
        ["bash", "-c", `${client} ${flag} | head -c 1; echo " \${PIPESTATUS[0]}"`],
        "",
      );
      expect(stdout).toEndWith(" 0\n");
      expect(stderr.replace(/^warning: .*\n/gm, "")).toBe("");
    }
  });

  test("keeps the server's own figures, and does without them where there are none", async () => {
    let asked = 0;
    await using web = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ asked: ++asked }) });
    await using server = await ServerProgram.start();
    const given = await runClientForResult(...to(server), "--messages", "10", "--server-stats", web.url.href);
    expect(given.result.server).toEqual({ url: web.url.href, before: { asked: 1 }, after: { asked: 2 } });
    const nowhere = `http://127.0.0.1:${server.port}/stats.json`;
    const missing = await runClientForResult(...to(server), "--messages", "10", "--server-stats", nowhere);
    expect(missing.result.server).toEqual({ url: nowhere, before: null, after: null });
    expect(missing.stderr).toContain("no JSON to be had from there");
    expect([given.exitCode, missing.exitCode]).toEqual([0, 0]);
  });

  test("shows the rows as they happen when an interval is asked for", async () => {
    await using server = await ServerProgram.start();
    const { stdout } = await runClient(...to(server), "--duration", "300ms", "--warmup", "0", "--interval", "100ms");
    expect(stdout).toMatch(/^ +0\.1s +[\d,]+ messages\/s .* p99 .* errors 0 {2}retransmits 0$/m);
    expect(stdout.indexOf("0.1s")).toBeLessThan(stdout.indexOf("echobench"));
  });

  test("goes to a file too, with the report on standard output", async () => {
    await using server = await ServerProgram.start();
    const file = `/tmp/echobench-result-${process.pid}.json`;
    const { stdout } = await runClient(...to(server), "--messages", "100", "--json", file);
    expect(runResultSchema.parse(await Bun.file(file).json()).totals.messages).toBe(100);
    expect(stdout).toContain("PASS  every byte came back as it was sent");
    for (const part of ["p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max", "Errors      none", "≤"]) {
      expect(stdout).toContain(part);
    }
    rmSync(file);
  });

  test("is not asked of the server when its file could not be written", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stdout, stderr } = await runClient(
      ...to(server),
      "--messages",
      "10",
      "--json",
      "/no/such/folder/r.json",
    );
    expect(stderr).toBe('error: --json "/no/such/folder/r.json": cannot be written: no such folder\n');
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
    await server.stop();
    expect(server.stdout).toContain("Connections  0 total");
  });

  test.each(["zeros", "text", `file:${import.meta.path}`])("passes with --payload %s", async (payload) => {
    await using server = await ServerProgram.start();
    const load = ["--payload", payload, "--bytes", "5MB", "--size", "100000", "--conns", "2"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.bytesReceived).toBe(5_000_000);
    expect(exitCode).toBe(0);
  });

  test("counts 5,000 connections of one thread, each of which echoes", async () => {
    await using server = await ServerProgram.start("--quiet");
    const { exitCode, result } = await runClientForResult(...to(server), "--conns", "5000", "--messages", "15000");
    expect(result.totals).toMatchObject({ connections: 5_000, messages: 15_000 });
    expect(result.tcpInfo?.connections).toBe(5_000);
    expect(exitCode).toBe(0);
  });

  test("says when a server turned connections away", async () => {
    await using server = await ServerProgram.start("--max-conns", "3");
    const { exitCode, result } = await runClientForResult(
      ...to(server),
      "--conns",
      "5",
      "--duration",
      "300ms",
      "--warmup",
      "0",
    );
    expect(result.errors.total).toBe(2);
    // Turned away before or after its first message: FIN, or a reset because of bytes that nobody read.
    for (const { kind, message } of result.errors.first) {
      expect(["closed-early", "reset"]).toContain(kind);
      expect(message).toContain("nothing had come back yet");
    }
    expect(result.totals.messages).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });
});

describe("bounds", () => {
  const slow = (server: ServerProgram): string[] => [...to(server), "--messages", "100"];

  test("all kept: exit 0", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, result } = await runClientForResult(
      ...slow(server),
      "--expect",
      "p99<60s,errors==0",
      "--expect",
      "messages==100",
    );
    expect(result.expectations.map(({ expression, ok }) => [expression, ok])).toEqual([
      ["p99<60s", true],
      ["errors==0", true],
      ["messages==100", true],
    ]);
    expect(exitCode).toBe(0);
  });

  test("one broken: all are judged and shown, exit 4", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stdout } = await runClient(...slow(server), "--expect", "max<1ns", "--expect", "messages>=100");
    expect(stdout).toMatch(/^ {2}broken {2}max<1ns +\d/m);
    expect(stdout).toMatch(/^ {2}kept {4}messages>=100 +100$/m);
    expect(stdout).toEndWith("FAIL  1 bound broken\n");
    expect(exitCode).toBe(4);
  });

  test("broken in a run that failed itself: exit 1, which is the graver", async () => {
    await using server = await ServerProgram.start("--max-conns", "1");
    const { exitCode, result } = await runClientForResult(...slow(server), "--conns", "3", "--expect", "errors==0");
    expect(result.expectations).toEqual([{ expression: "errors==0", actual: 2, ok: false }]);
    expect(exitCode).toBe(1);
  });

  test.each(["p98<1ms", "p99<2", "p99<2MB", "errors"])("%s is wrong usage, and nothing is sent", async (expression) => {
    const { exitCode, stderr } = await runClient("--expect", expression);
    expect(stderr).toContain(`--expect "${expression}": expected a threshold such as p99<2ms`);
    expect(exitCode).toBe(2);
  });
});

describe("connecting", () => {
  test("a server that does not answer: one clear line after the connect timeout, exit 3", async () => {
    await using server = await ServerProgram.start("--backlog", "1");
    server.kill("SIGSTOP");
    await until(() => isStopped(server.child.pid), "SIGSTOP to reach every thread");
    // A stopped server accepts nobody: once its backlog is full, the kernel answers no more.
    const waiting = Array.from({ length: 4 }, () => connect(server.port, "127.0.0.1").on("error", () => {}));
    await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect")));
    const { exitCode, stdout, stderr } = await runClient(...to(server), "--conns", "100", "--connect-timeout", "300ms");
    expect(stderr).toBe(
      `error: could not connect to 127.0.0.1:${server.port}: no answer within 300ms (a firewall may drop the packets, or the host is down)\n`,
    );
    expect(stdout).toBe("");
    expect(exitCode).toBe(3);
    for (const socket of waiting) socket.destroy();
  });

  test("a network that cannot be reached is called so", async () => {
    const { exitCode, stderr } = await runClient("--host", "255.255.255.255");
    expect(stderr).toContain("255.255.255.255:7878: network unreachable (no route leads there");
    expect(exitCode).toBe(3);
  });

  test("from the addresses that were asked for, in turn", async () => {
    await using server = await ServerProgram.start();
    const load = ["--conns", "5", "--threads", "2", "--messages", "50"];
    const { exitCode } = await runClientForResult(...to(server), ...load, "--bind", "127.0.0.2,127.0.0.3");
    expect(exitCode).toBe(0);
    const sources = [...server.stdout.matchAll(/ CONNECT - (\S+):\d+/g)].map(([, address]) => address);
    expect(sources.toSorted()).toEqual(["127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"]);
  });

  test("from an address that is not this machine's: says so, exit 3", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, stderr } = await runClient(...to(server), "--bind", "203.0.113.1");
    expect(stderr).toContain("address not available");
    expect(exitCode).toBe(3);
  });

  test("over IPv6 and over a Unix socket, which has no TCP_INFO", async () => {
    await using dual = await ServerProgram.start("--host", "::");
    const overIpv6 = await runClientForResult(...to(dual), "--host", "[::1]", "--messages", "100");
    expect(overIpv6.result.target).toMatchObject({ address: "::1", family: "ipv6" });
    expect(overIpv6.exitCode).toBe(0);
    const path = `/tmp/echobench-client-${process.pid}.sock`;
    await using unix = await ServerProgram.start("--unix", path);
    const overUnix = await runClientForResult("--unix", path, "--messages", "100", "--sndbuf", "50000");
    expect(overUnix.result.target).toEqual({ host: path, address: path, port: 0, family: "unix", tls: false });
    expect(overUnix.result.tcpInfo).toBeNull();
    expect(overUnix.exitCode).toBe(0);
    const { stderr, exitCode } = await runClient("--unix", "/tmp/no-such.sock");
    expect(stderr).toContain("could not connect to /tmp/no-such.sock: no such socket file");
    expect(exitCode).toBe(3);
    expect(await unix.stop()).toBe(0);
  });
});

describe("a run that is cut short", () => {
  test("a server that dies in mid-run: what was measured is reported, the loss is named, exit 1", async () => {
    await using server = await ServerProgram.start("--verbose");
    await using client = startClient(...to(server), "--conns", "5", "--duration", "20s", "--warmup", "0", "--json");
    await server.sawTimes(" DATA ", 100);
    server.kill("SIGKILL");
    expect(await client.exited()).toBe(1);
    const result = runResultSchema.parse(JSON.parse(client.stdout));
    expect(result.totals.messages).toBeGreaterThan(0);
    expect(result.window.durationMs).toBeWithin(1, 10_000);
    expect(result.errors.total).toBe(5);
    expect(result.verdict).toBe("fail");
    expect(result.warnings.map(({ code }) => code)).toContain("lost-connections");
  });

  test("Ctrl+C: the report so far, exit 130", async () => {
    await using server = await ServerProgram.start("--verbose");
    await using client = startClient(...to(server), "--conns", "5", "--duration", "60s", "--warmup", "0");
    await server.sawTimes(" DATA ", 100);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain("INTERRUPTED  no error until then");
    expect(client.stdout).toMatch(/Messages +[1-9]/);
    expect(client.stdout).toContain("Errors      none");
  });

  test("Ctrl+C while the server does not answer: ends at once, exit 130", async () => {
    const asked = Promise.withResolvers<void>();
    const socket = { data: () => asked.resolve() };
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    await using client = startClient("--port", String(silent.port), "--duration", "60s", "--timeout", "60s");
    await asked.promise;
    client.kill("SIGTERM");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toContain("INTERRUPTED");
  });
});

describe("wrong usage of the client", () => {
  test.each([
    [["--conns", "0"], '--conns "0": expected an integer from 1 to 1000000'],
    [["--cons", "10"], '--cons "10": unknown flag; did you mean --conns?'],
    [["--duration", "30"], '--duration "30": expected a duration of at least 1ms such as 500ms, 30s or 2m'],
    [["--host", "10.0.0.1:80"], '--host "10.0.0.1:80": expected a host without a port; give the port with --port'],
    [["-4", "-6"], "-6: expected without -4"],
    [["-6", "--host", "127.0.0.1"], '--host "127.0.0.1": expected an IPv6 address because of -6'],
    [["--threads", "3", "--conns", "2"], '--threads "3": expected no more than --conns (2)'],
    [["--payload", "file:/no/such"], '--payload "file:/no/such": no such file'],
    [["--payload", "noise"], '--payload "noise": expected random, zeros, text or file:PATH'],
    [["--unix", "/x", "--port", "1"], '--port "1": expected without --unix "/x"'],
    [["--unix", "/x", "-6"], '-6: expected without --unix "/x"'],
    [["--ndjson", "--json"], "--json: expected a file beside --ndjson, which takes standard output"],
    [["--size", "1500-64"], '--size "1500-64": expected a size such as 1024, a range such as 64-1500'],
    [["--bind", "127.0.0.1,here"], '--bind "here": expected an address of this machine'],
    [["--server-stats", "localhost"], '--server-stats "localhost": expected an http or https address'],
    [["--label", "x"], '--label "x": expected key=value'],
    [["--config", "/no/such.toml"], '--config "/no/such.toml": no such file'],
  ])("%p", async (args, message) => {
    const { exitCode, stdout, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });

  test("an unknown host", async () => {
    const { exitCode, stderr } = await runClient("--host", "no-such-host.invalid");
    expect(stderr).toBe('error: --host "no-such-host.invalid": unknown host, no address found\n');
    expect(exitCode).toBe(3);
  });

  test("help and version, on standard output, exit 0", async () => {
    const help = await runClient("--help");
    expect(help.stdout).toContain("--connect-timeout TIME");
    expect(help.stdout).toContain("Examples");
    expect(help.exitCode).toBe(0);
    expect((await runClient("--version")).stdout).toBe("1.0.0\n");
  });

  test("flags win over the environment, the environment over the file", async () => {
    await using server = await ServerProgram.start();
    const file = `/tmp/echobench-config-${process.pid}.toml`;
    writeFileSync(file, `port = ${server.port}\nmessages = 10\nsize = "10"\npipeline = 2\n`);
    const command = [process.execPath, "client/cli.ts", "--config", file, "--size", "30", "--json"];
    await using client = new Program(command, { ECHO_CLIENT_SIZE: "20", ECHO_CLIENT_MESSAGES: "20" });
    expect(await client.exited()).toBe(0);
    const { options } = runResultSchema.parse(JSON.parse(client.stdout));
    expect(options).toMatchObject({ size: 30, messages: 20, pipeline: 2 });
    rmSync(file);
  });
});
