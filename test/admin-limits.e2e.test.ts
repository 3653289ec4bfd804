import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { startWithAdmin } from "./fixtures/admin.ts";
import { cpuShareOf, descriptorsOf } from "./fixtures/process-stats.ts";
import { Program } from "./fixtures/program.ts";
import { openEchoed, openRaw, readAll } from "./fixtures/raw-client.ts";
import { until } from "./fixtures/until.ts";

const head = "GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n";

/** What others may do to the admin port. */
const floods: ReadonlyArray<readonly [what: string, sent: string]> = [
  ["no request", ""],
  ["half a request", head],
  ["event streams that nobody reads", `${head}\r\n`],
  ["bodies that never come", `${head.replace("events", "")}Content-Length: 1000000\r\n\r\n`],
  ["many requests at once", `${head.replace("events", "")}\r\n`.repeat(50)],
];

async function flood(port: number, sent: string): Promise<readonly Socket[]> {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => openRaw(port)));
  for (const socket of sockets) socket.write(sent);
  return sockets;
}

describe.concurrent("100 connections to the admin port of a server with 64 descriptors", () => {
  test.each([
    ["one process", ""],
    ["two workers", "--workers 2"],
  ])("leave descriptors to the echo side: %s", async (_case, options) => {
    const start = `ulimit -n 64; exec ${process.execPath} server/cli.ts --host 127.0.0.1 --port 0 --quiet --admin 127.0.0.1:0`;
    await using server = new Program(["sh", "-c", `${start} ${options}`]);
    const [, port] = await server.saw(/Listening on \S+:(\d+)\n/);
    const [, url = ""] = await server.saw(/Live page at (http:\S+)\n/);
    const active = async (): Promise<number> =>
      JSON.parse(await (await fetch(`${url}stats.json`)).text()).counters.active;
    // A connection is refused while as many others as may be open are being answered.
    const activeOrRefused = (): Promise<number> => active().catch(() => Number.NaN);
    for (const [what, sent] of floods) {
      const held = await flood(Number(new URL(url).port), sent);
      const echoed = await Promise.all(Array.from({ length: 20 }, () => openEchoed(Number(port))));
      await until(activeOrRefused, `an answer beside ${what}`, (count) => count === 20);
      expect(descriptorsOf(server.child.pid)).toBeLessThan(60);
      expect(await cpuShareOf(server.child.pid)).toBeLessThan(0.3);
      for (const socket of [...held, ...echoed]) socket.destroy();
      // The next ones would be turned away while the server still counts these.
      await until(activeOrRefused, "the end of all connections", (count) => count === 0);
    }
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
    expect(server.stderr).toBe("");
  });
});

test("a head of more than 8 KiB, or a malformed one, is refused and does not stay", async () => {
  const { server, url } = await startWithAdmin();
  await using _server = server;
  const ask = async (request: string): Promise<string> => {
    const socket = await openRaw(Number(new URL(url).port));
    socket.write(request);
    const [status = ""] = String(await readAll(socket)).split("\r\n");
    socket.destroy();
    return status.slice(9, 12);
  };
  const host = "Host: 127.0.0.1\r\n";
  expect(await ask(`GET / HTTP/1.1\r\n${host}X: ${"x".repeat(9_000)}\r\n\r\n`)).toBe("431");
  expect(await ask(`GET /${"x".repeat(9_000)} HTTP/1.1\r\n${host}\r\n`)).toBe("431");
  for (const request of [
    "GET / HTTP/1.1\r\n\r\n",
    `GET / HTTP/1.1\r\n${host}${host}\r\n`,
    "\x16\x03\x01\x02\x00\r\n\r\n",
  ]) {
    expect(await ask(request)).toBe("400");
  }
  expect(await ask(`GET http://evil.example/ HTTP/1.1\r\n${host}\r\n`)).toBe("403");
  expect(await ask(`GET http://localhost/healthz HTTP/1.1\r\n${host}\r\n`)).toBe("200");
  expect(await ask(`POST / HTTP/1.1\r\n${host}Content-Length: 99999999\r\n\r\n`)).toBe("405");
  // These two have events of their own in node:http, and no answer unless somebody gives one.
  expect(await ask(`CONNECT evil.example:1 HTTP/1.1\r\n${host}\r\n`)).toBe("405");
  expect(await ask(`GET /healthz HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)).toBe("200");
  expect(server.stderr).toBe("");
});

test.each(["127.evil.example:9787", "127.1:9787", "[::]:9787", "[::ffff:0.0.0.0]:9787", "[fe80::1%lo]:9787"])(
  "--admin %s needs a token",
  async (address) => {
    await using server = new Program([process.execPath, "server/cli.ts", "--port", "0", "--admin", address]);
    expect(await server.exited()).toBe(2);
    expect(server.stderr).toContain(`--admin "${address}": expected with --admin-token`);
  },
);
