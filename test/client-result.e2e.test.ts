import { describe, expect, test } from "bun:test";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { epollAvailable } from "../lib/posix/epoll.ts";
import { runResultSchema } from "../lib/result/run-result.ts";
import { isStopped } from "./fixtures/process-stats.ts";
import { runClientForResult, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { until } from "./fixtures/until.ts";

describe("the client's result", () => {
  test("holds exactly the messages that were asked for, over threads and connections", async () => {
    await using server = await ServerProgram.start();
    const load = ["--conns", "7", "--threads", "2", "--messages", "1001", "--pipeline", "3", "--size", "100"];
    const labels = ["--seed", "42", "--label", "a=b", "--label", "c=d=e"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load, ...labels);
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
    const load = ["--bytes", "1000001", "--size", "64k", "--pipeline", "4"];
    const { result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.bytesReceived).toBe(1_000_001);
    expect(result.totals.messages).toBe(16);
  });

  test.each([
    ["1-3000", 1_400, 1_600],
    ["64:7,576:4,1500:1", 300, 420],
  ])("holds messages of drawn sizes, --size %s, with every byte verified", async (size, least, most) => {
    await using server = await ServerProgram.start();
    const load = ["--size", size, "--messages", "3000", "--conns", "3", "--pipeline", "4", "--threads", "2"];
    const { exitCode, result } = await runClientForResult(...to(server), ...load);
    expect(result.totals.messages).toBe(3_000);
    expect(result.options["size"]).toBe(size);
    expect(result.totals.bytesReceived / 3_000).toBeWithin(least, most);
    expect(exitCode).toBe(0);
  });

  test("measures for the time that was asked for, after the warm-up", async () => {
    await using server = await ServerProgram.start("--log-format", "json");
    const load = ["--conns", "4", "--warmup", "200ms", "--duration", "400ms"];
    const { result } = await runClientForResult(...to(server), ...load);
    expect(result.window).toMatchObject({ durationMs: 400, warmupMs: 200 });
    expect(result.throughput.messagesPerSecond).toBeCloseTo(result.totals.messages / 0.4, 3);
    expect(result.throughput.bytesPerSecond).toBeCloseTo(result.totals.bytesReceived / 0.4, 3);
    expect(result.rttNs.count).toBe(result.totals.messages);
    // The messages of the warm-up are not counted: the server has echoed more.
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

  test("has the kernel's figures of the connections, and the buffers it granted", async () => {
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
    using folder = new TemporaryFolder();
    const file = folder.join("series.csv");
    const load = ["--conns", "4", "--threads", "2", "--duration", "500ms", "--warmup", "100ms", "--interval", "150ms"];
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
    expect(missing.stderr).toContain("cannot be read as JSON");
    expect([given.exitCode, missing.exitCode]).toEqual([0, 0]);
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
});

describe.if(epollAvailable)("the client's own pauses", () => {
  test.each(["epoll", "bun"])("are told when it was stopped, in a closed loop on %s", async (engine) => {
    await using server = await ServerProgram.start();
    const rows = ["--ndjson", "--interval", "100ms"];
    await using client = startClient(...to(server), "--engine", engine, "--conns", "2", ...rows);
    await client.saw(/"event":"interval"/);
    client.kill("SIGSTOP");
    await until(() => isStopped(client.child.pid), "the client to be stopped");
    const stoppedAt = performance.now();
    await until(() => performance.now() - stoppedAt > 400, "a standstill that is long enough");
    const seen = client.stdout.length;
    client.kill("SIGCONT");
    await client.until(() => /("interval".*){2}/s.exec(client.stdout.slice(seen)), "rows after the standstill");
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    const { data } = JSON.parse(client.stdout.trim().split("\n").at(-1) ?? "");
    const { harness, warnings } = runResultSchema.parse(data);
    expect(harness?.longestPauseMs).toBeGreaterThan(250);
    expect(warnings.find(({ code }) => code === "client-paused")?.message).toStartWith(
      "the client itself stood still ",
    );
  });
});

describe.if(epollAvailable)("a load thread", () => {
  test.each([
    ["a closed loop", ["--size", "64", "--size", "64", "--pipeline", "16", "--messages", "1000000"]],
    ["an open loop", ["--size", "64", "--rate", "100k", "--messages", "400000"]],
    ["a stream", ["--mode", "stream", "--bytes", "2GB"]],
  ])("leaves no garbage in %s, whose collection would be in its figures", async (_, load) => {
    await using server = await ServerProgram.start();
    const { result } = await runClientForResult(...to(server), "--conns", "10", "--warmup", "300ms", ...load);
    expect(result.verdict).toBe("pass");
    expect(result.harness?.collections).toBeLessThanOrEqual(1);
  });
});
