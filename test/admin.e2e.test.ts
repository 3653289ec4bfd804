import { describe, expect, test } from "bun:test";
import type { Overview } from "../server/service/monitor.ts";
import { launchBrowser, openPage } from "./fixtures/browser.ts";
import { Program, runClient, runClientForResult, runTool, ServerProgram, startClient } from "./fixtures/program.ts";
import { openRaw, readAll, readExactly } from "./fixtures/raw-client.ts";
import { testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

/** Starts a server with its page on a free port. */
async function startWithAdmin(...args: readonly string[]): Promise<{ server: ServerProgram; url: string }> {
  const server = await ServerProgram.start("--admin", "127.0.0.1:0", ...args);
  const [, url = ""] = await server.saw(/Live page at (http:\S+)\n/);
  return { server, url };
}

async function overviewAt(url: string): Promise<Overview> {
  const response = await fetch(`${url}stats.json`);
  return (await response.json()) as Overview;
}

describe("the admin server", () => {
  test("/stats.json counts what the clients saw, live and afterwards", async () => {
    const { server, url } = await startWithAdmin("--max-conns", "2");
    await using _server = server;
    const first = await openRaw(server.port);
    first.write("x".repeat(1_000));
    await readExactly(first, 1_000);
    const live = await overviewAt(url);
    expect(live).toMatchObject({
      schema: "echobench.server/1",
      state: "serving",
      endpoint: `127.0.0.1:${server.port}`,
    });
    expect(live.counters).toMatchObject({ connections: 1, active: 1, bytesIn: 1_000, bytesOut: 1_000 });
    const { talkers } = await until(
      () => overviewAt(url),
      "a top talker",
      (overview) => overview.talkers.length > 0,
    );
    expect(talkers[0]).toMatchObject({ client: `127.0.0.1:${first.localPort}`, bytesIn: 1_000, bytesOut: 1_000 });
    const second = await openRaw(server.port);
    const third = await openRaw(server.port);
    await server.saw(/ REJECT /);
    first.resetAndDestroy();
    await server.saw(/ ERROR /);
    second.destroy();
    third.destroy();
    const { counters, events } = await until(
      () => overviewAt(url),
      "no connection and four events",
      (overview) => overview.counters.active === 0 && overview.events.length >= 4,
    );
    expect(counters).toMatchObject({
      connections: 2,
      peak: 2,
      rejectedByReason: { address: 0, limit: 1, tls: 0 },
      errorsByKind: { reset: 1, timeout: 0, tls: 0, other: 0 },
    });
    expect(events.map(({ kind }) => kind).slice(0, 4)).toEqual(["CONNECT", "CONNECT", "REJECT", "ERROR"]);
  });

  test("is what --server-stats of the client asks", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    const load = ["--port", String(server.port), "--messages", "100", "--server-stats", `${url}stats.json`];
    const { result, exitCode } = await runClientForResult(...load);
    expect(exitCode).toBe(0);
    const { before, after } = result.server as unknown as { before: Overview; after: Overview };
    expect(after.counters.bytesIn - before.counters.bytesIn).toBeGreaterThanOrEqual(100 * 1_024);
  });

  testWith("promtool")("/metrics is clean to promtool, and counts", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    await runClient("--port", String(server.port), "--messages", "100", "--quiet");
    const response = await fetch(`${url}metrics`);
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    const text = await response.text();
    const checked = await runTool(["promtool", "check", "metrics"], text);
    expect(checked.stdout + checked.stderr).toBe("");
    expect(checked.exitCode).toBe(0);
    expect(text).toContain('\nechobench_connections_total{worker="0"} 1\n');
    expect(text).toContain('\nechobench_received_bytes_total{worker="0"} 102400\n');
    expect(text).toMatch(/\nechobench_event_loop_lag_seconds\{worker="0"\} 0\.\d+/);
  });

  test("/healthz is 503 while the server drains", async () => {
    const { server, url } = await startWithAdmin("--grace", "60s", "--verbose");
    await using _server = server;
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    const stalled = await openRaw(server.port);
    stalled.pause();
    stalled.write(Buffer.alloc(24 * 1024 * 1024));
    await server.saw(/RX: (\d+) bytes, TX: (?!\1 )\d+ bytes/);
    server.kill("SIGTERM");
    const drained = await until(
      () => fetch(`${url}healthz`),
      "another answer than 200",
      ({ status }) => status !== 200,
    );
    expect(drained.status).toBe(503);
    expect((await overviewAt(url)).state).toBe("draining");
    stalled.destroy();
    expect(await server.exited()).toBe(0);
  });

  test("without a token it is for this machine by its own name only", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    expect((await fetch(url, { headers: { host: "evil.example" } })).status).toBe(403);
    expect((await fetch(url, { headers: { host: "localhost:1" } })).status).toBe(200);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    const nonsense = await openRaw(Number(new URL(url).port));
    nonsense.write("GET / HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n");
    expect((await readAll(nonsense)).toString()).toStartWith("HTTP/1.1 400 ");
    expect(server.stderr).toBe("");
  });

  test("with a token it is for those who show it", async () => {
    const token = "open-sesame";
    const { server, url } = await startWithAdmin("--admin-token", token);
    await using _server = server;
    const ask = (authorization: string, path = "stats.json") => fetch(url + path, { headers: { authorization } });
    for (const wrong of ["", "Bearer open-sesam", `Bearer ${token}x`, `Basic ${btoa("me:wrong")}`, token]) {
      expect((await ask(wrong)).status).toBe(401);
    }
    expect((await ask("")).headers.get("www-authenticate")).toBe('Basic realm="echobench"');
    for (const right of [`Bearer ${token}`, `bearer ${token}`, `Basic ${btoa(`me:${token}`)}`]) {
      expect((await ask(right)).status).toBe(200);
    }
    expect((await ask("", "healthz")).status).toBe(200);
    const events = await ask(`Basic ${btoa(`:${token}`)}`, "events");
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    await events.body?.cancel();
  });

  test.each([
    [["--admin", "0.0.0.0:9787"], 2, '--admin "0.0.0.0:9787": expected with --admin-token'],
    [["--admin", "x:y"], 2, '--admin "x:y": expected a port, or an address and a port'],
    [["--admin", "65536"], 2, '--admin "65536": expected a port'],
    [["--admin-token", "x"], 2, "--admin-token: expected with --admin"],
    [["--admin", "1", "--admin-token", "a b"], 2, "expected a secret without spaces"],
  ])("wrong usage: %p", async (args, code, message) => {
    await using server = new Program([process.execPath, "server/cli.ts", "--port", "0", ...args]);
    expect(await server.exited()).toBe(code);
    expect(server.stderr).toContain(message);
    expect(server.stdout).toBe("");
  });

  test("a port that is taken ends the server, exit 3", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    const { port } = new URL(url);
    await using second = new Program([process.execPath, "server/cli.ts", "--port", "0", "--admin", port]);
    expect(await second.exited()).toBe(3);
    expect(second.stderr).toContain(`--admin "127.0.0.1:${port}": port is already in use`);
  });
});

describe("the live page in a browser", () => {
  const view = (width: number, colorScheme: "light" | "dark") => ({ colorScheme, viewport: { width, height: 800 } });

  testWith("chromium")(
    "its figures move while a client runs, and go on after the server was restarted",
    async () => {
      const { server, url } = await startWithAdmin();
      const { port } = new URL(url);
      const browser = await launchBrowser();
      try {
        const pages = await Promise.all([
          openPage(browser, url, view(1_200, "light")),
          openPage(browser, url, view(360, "dark")),
        ]);
        await using client = startClient("--port", String(server.port), "--duration", "20s", "--conns", "3", "--quiet");
        for (const { page } of pages) {
          await page.locator("#talkers tr").nth(2).waitFor();
          const first = await page.locator("#in").innerText();
          await until(
            () => page.locator("#in").innerText(),
            `a total other than ${first}`,
            (total) => total !== first,
          );
          expect(await page.locator("#state").innerText()).toBe("serving");
          expect(await page.locator("#active").innerText()).toBe("3");
          expect(await page.locator("#in-rate").innerText()).toMatch(/^[\d.,]+ [kMG]?B\/s$/);
          expect(await page.locator("#events tr").first().innerText()).toContain("CONNECT");
          const drawn = await page.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) =>
          canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0))`);
          expect(drawn).toEqual([true, true]);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
        }
        const backgrounds = await Promise.all(
          pages.map(({ page }) => page.evaluate("getComputedStyle(document.body).backgroundColor")),
        );
        expect(new Set(backgrounds).size).toBe(2);
        client.kill("SIGINT");
        await client.exited();
        expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);

        expect(await server.stop()).toBe(0);
        for (const { page } of pages) await page.waitForSelector("#state.bad");
        await using again = await ServerProgram.start("--admin", port);
        const raw = await openRaw(again.port);
        for (const { page, requests } of pages) {
          await until(
            () => page.locator("#active").innerText(),
            "one active connection",
            (active) => active === "1",
          );
          expect(await page.locator("#state").innerText()).toBe("serving");
          expect(requests.every((request) => request.startsWith(url))).toBe(true);
        }
        raw.destroy();
      } finally {
        await browser.close();
        await server[Symbol.asyncDispose]();
      }
    },
    60_000,
  );

  testWith("chromium")("what a peer could have written stays text", async () => {
    const { server, url } = await startWithAdmin();
    await using _server = server;
    const nasty = '<img src="x" onerror="document.title=1"><script>document.title=2</script>';
    const honest = await overviewAt(url);
    const forged: Overview = {
      ...honest,
      endpoint: nasty,
      talkers: [{ client: nasty, bytesIn: 1, bytesOut: 1, bytesPerSecond: 1, connectedMs: 1 }],
      events: [{ kind: "REJECT", client: nasty, reason: nasty, timeMs: 0 }],
    };
    const sample = { timeMs: 0, active: 0, ...honest.rates };
    const browser = await launchBrowser();
    try {
      const page = await (await browser.newContext()).newPage();
      const body = `data: ${JSON.stringify({ ...forged, history: [sample] })}\n\n`;
      await page.route("**/events", (route) => route.fulfill({ contentType: "text/event-stream", body }));
      await page.goto(url);
      await page.waitForSelector("#talkers tr");
      expect(await page.locator("#talkers td").first().innerText()).toBe(nasty);
      expect(await page.locator("#events td").last().innerText()).toBe(`${nasty} (${nasty})`);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.title()).toBe("echobench server");
    } finally {
      await browser.close();
    }
  });
});
