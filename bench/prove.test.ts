import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutRoot } from "../lib/invocation.ts";
import { quietServer, startServer } from "./driver/processes.ts";
import { slowDown } from "./prove.ts";

const BUSY_MS = 100;

/** Sends one byte and waits for its echo. @returns milliseconds */
async function roundTripMs(port: number): Promise<number> {
  const echoed = Promise.withResolvers<void>();
  const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => echoed.resolve() } });
  const startMs = performance.now();
  socket.write("x");
  await echoed.promise;
  socket.end();
  return performance.now() - startMs;
}

test("the slowed build of this server is busy for the given time before it echoes", async () => {
  const path = mkdtempSync(join(tmpdir(), "echobench-slowed-"));
  try {
    for (const name of ["server", "lib", "package.json"])
      cpSync(join(checkoutRoot, name), join(path, name), { recursive: true });
    symlinkSync(join(checkoutRoot, "node_modules"), join(path, "node_modules"));
    await slowDown({ path }, BUSY_MS * 1e6);
    await using server = await startServer([process.execPath, join(path, "server/cli.ts"), ...quietServer]);
    expect(await roundTripMs(server.port)).toBeGreaterThan(BUSY_MS);
  } finally {
    rmSync(path, { recursive: true });
  }
});
