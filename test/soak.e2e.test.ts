import { afterAll, describe, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { idleScanResultSchema, type SoakResult, soakResultSchema } from "../client/soak/result.ts";
import { startForgetfulProxy } from "./fixtures/forgetful-proxy.ts";
import { flipBit, freezeAt, startHostileServer } from "./fixtures/hostile-server.ts";
import { type Outcome, runClient, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

async function runSoak(...args: readonly string[]): Promise<Outcome & { readonly result: SoakResult }> {
  const outcome = await runClient("soak", ...args, "--json");
  if (outcome.stdout === "") throw new Error(outcome.stderr);
  return { ...outcome, result: soakResultSchema.parse(JSON.parse(outcome.stdout)) };
}

describe.concurrent("client soak", () => {
  test("calls connections that stay up stable", async () => {
    await using server = await ServerProgram.start();
    const { exitCode, result } = await runSoak(...to(server), "--conns", "3", "--every", "50ms", "--duration", "1s");
    expect(result).toMatchObject({ verdict: "pass", sessions: 1, connections: 3, availability: 1, nines: null });
    expect(result.answer).toMatch(/^stable: no break and no stall in (?:9\d\dms|1(?:\.\d)?s) on 3 connections$/);
    expect(result.heartbeats.echoed).toBeGreaterThan(10);
    expect(result.heartbeats.echoed).toBe(result.heartbeats.sent);
    expect(exitCode).toBe(0);
    await server.stop();
    expect(server.stdout).toMatch(/Connections +4 total, .* 0 errors/);
  });

  test("shows break, outage and recovery of a server that is killed and restarted", async () => {
    const first = await ServerProgram.start();
    await using client = startClient("soak", ...to(first), "--every", "50ms");
    await first.sawTimes("CONNECT", 2);
    first.kill("SIGKILL");
    await client.saw(/BREAK - connection 0: /);
    await first.exited();
    await using second = await ServerProgram.start(...to(first));
    await client.saw(/RECOVER - connection 0: after \S+/);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/INTERRUPTED {2}unstable: 1 break in \S+ on 1 connection/);
    expect(client.stdout).toMatch(/^Available +\d\d?\.\d+ % +\d\.\d nines$/m);
    expect(client.stdout).toMatch(/^Breaks +1 /m);
    await second.stop();
  });

  test("counts a stall", async () => {
    using freezing = startHostileServer(freezeAt(130, 300));
    const options = ["--every", "20ms", "--stall", "200ms", "--duration", "1s"];
    const { exitCode, result } = await runSoak(...to(freezing), ...options);
    expect(result.stalls.total).toBe(1);
    expect(result.stalls.longestMs).toBeGreaterThanOrEqual(200);
    expect(exitCode).toBe(1);
  });

  test("counts an echo with a wrong byte as a break", async () => {
    using flipping = startHostileServer(flipBit(130, 0));
    const { result } = await runSoak(...to(flipping), "--every", "20ms", "--duration", "600ms");
    expect(result.breaks.byCause["mismatch"]).toBeGreaterThan(0);
  });

  test("counts an echo that does not come back in time as a break", async () => {
    using silent = startHostileServer(freezeAt(130, 60_000));
    const options = ["--every", "20ms", "--timeout", "200ms", "--stall", "200ms", "--duration", "600ms"];
    const { result } = await runSoak(...to(silent), ...options);
    expect(result.breaks.byCause["echo-timed-out"]).toBeGreaterThan(0);
  });

  test("keeps a journal that survives kill -9 and takes further sessions", async () => {
    await using server = await ServerProgram.start();
    const journal = folder.join("soak.log");
    await using client = startClient("soak", ...to(server), "--every", "20ms", "--journal", journal);
    await server.sawTimes("CONNECT", 2);
    server.kill("SIGKILL");
    await client.saw(/BREAK/);
    client.kill("SIGKILL");
    await client.exited();
    // A line that was cut when the process was killed.
    appendFileSync(journal, '{"kind":"recover","at":17');
    const killed = await runSoak("--resume-report", journal);
    expect(killed.result).toMatchObject({
      sessions: 1,
      isComplete: false,
      breaks: { total: 1 },
      outages: { openNow: 1 },
    });
    expect(killed.exitCode).toBe(1);
    await using second = await ServerProgram.start();
    const more = ["--every", "20ms", "--duration", "300ms", "--journal", journal];
    expect((await runSoak(...to(second), ...more)).exitCode).toBe(0);
    const text = await runClient("soak", "--resume-report", journal);
    expect(text.stdout).toContain("2 sessions, without the time between them");
    expect(text.stdout).toMatch(/^FAIL {2}unstable: 1 break/);
    expect(text.stdout).toMatch(/BREAK - connection 0: connection reset by peer|BREAK - .*closed/);
    expect(text.exitCode).toBe(1);
  });

  test("runs over TLS", async () => {
    await using server = await ServerProgram.start("--tls-self-signed");
    const { result } = await runSoak(...to(server), "--tls", "--insecure", "--every", "50ms", "--duration", "500ms");
    expect(result.verdict).toBe("pass");
    expect(result.heartbeats.echoed).toBeGreaterThan(3);
    const distrusted = await runSoak(...to(server), "--tls", "--duration", "300ms");
    expect(distrusted.result.breaks.byCause).toEqual({ tls: 1 });
    expect(distrusted.exitCode).toBe(1);
  });

  test("names a file that is no journal", async () => {
    const { exitCode, stderr } = await runClient("soak", "--resume-report", "package.json");
    expect(stderr).toBe('error: --resume-report "package.json": expected a journal that --journal wrote\n');
    expect(exitCode).toBe(2);
  });

  test("says so when no server listens, exit 3", async () => {
    const { exitCode, stderr } = await runClient("soak", "--port", "1");
    expect(stderr).toBe("error: could not connect to 127.0.0.1:1: refused: RST came back\n");
    expect(exitCode).toBe(3);
  });

  test.each([
    [["--resume-report", "/no/such/journal"], "cannot be read"],
    [["--idle-scan", "--duration", "1s"], "--idle-scan"],
    [["--stall", "6s"], 'error: --stall "6s": expected at most --timeout (5s), after which the connection is broken\n'],
  ])("names wrong usage: %p", async (args, message) => {
    const { exitCode, stderr } = await runClient("soak", ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

describe.concurrent("client soak --idle-scan", () => {
  async function scan(...args: readonly string[]) {
    const { exitCode, stdout, stderr } = await runClient("soak", "--idle-scan", ...args, "--json");
    if (stdout === "") throw new Error(stderr);
    return { exitCode, result: idleScanResultSchema.parse(JSON.parse(stdout)) };
  }

  test("finds after how long a middlebox forgets a silent connection", async () => {
    await using server = await ServerProgram.start();
    await using proxy = await startForgetfulProxy(server.port, 1_500);
    const { exitCode, result } = await scan(...to(proxy), "--max-idle", "10s", "--timeout", "400ms");
    expect(result.aliveMs).toBeWithin(1_300, 1_501);
    expect(result.deadMs).toBeWithin(1_400, 1_700);
    expect(result.answer).toContain("an echo took longer than 400ms");
    expect(result.advice[0]).toContain("at least every");
    expect(exitCode).toBe(1);
  });

  test("knows the limit of a server that closes idle connections from the first one", async () => {
    await using server = await ServerProgram.start("--idle-timeout", "1500ms");
    const { exitCode, result } = await scan(...to(server), "--max-idle", "10s");
    expect(result).toMatchObject({ verdict: "fail", aliveMs: 1_000, how: "the server closed the connection" });
    expect(result.deadMs).toBeWithin(1_400, 2_500);
    expect(exitCode).toBe(1);
  });

  test("sees keep-alive probes of the server, which may be why there is no limit", async () => {
    await using server = await ServerProgram.start("--keepalive", "1s");
    const { result } = await scan(...to(server), "--max-idle", "2500ms");
    expect(result).toMatchObject({ verdict: "pass", isProbed: true });
    expect(result.advice[0]).toContain("bun run server --keepalive 0");
  });

  test("reports what is known when Ctrl+C ends it", async () => {
    await using server = await ServerProgram.start();
    await using proxy = await startForgetfulProxy(server.port, 1_500);
    await using client = startClient("soak", "--idle-scan", ...to(proxy), "--timeout", "1h");
    await client.saw(/idle for 1s: good/);
    client.kill("SIGINT");
    expect(await client.exited()).toBe(130);
    expect(client.stdout).toMatch(/^INTERRUPTED {2}no limit found up to 1s of idle time$/m);
  });

  test("finds no limit up to the longest silence", async () => {
    await using server = await ServerProgram.start();
    const { stdout, exitCode } = await runClient("soak", "--idle-scan", ...to(server), "--max-idle", "1s");
    expect(stdout).toMatch(/^idle for 1s: good\n/);
    expect(stdout).not.toContain("keep-alive");
    expect(stdout).toContain("PASS  no limit found: a connection that was idle for 1s still worked");
    expect(exitCode).toBe(0);
  });
});
