import { expect, test } from "bun:test";
import { failureOf } from "../../test/fixtures/failure-of.ts";
import { TemporaryFolder } from "../../test/fixtures/temporary-folder.ts";
import { until } from "../../test/fixtures/until.ts";
import { parseCommandLine, startOnPort } from "./server-on-port.ts";

const listen = (more: string): string => `
  import { createServer } from "node:net";
  createServer((socket) => socket.pipe(socket)).listen(Number(process.argv[2]), "127.0.0.1");
  ${more}
`;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a server whose source is this. */
async function start(folder: TemporaryFolder, source: string) {
  const command = parseCommandLine(`${process.execPath} ${folder.write("server.mjs", source)} {port}`);
  if (!command) throw new Error("no command line");
  return startOnPort(command.on, { prefix: [], folder: folder.path });
}

test("a command line without {port} is none, and {port} may be there several times", () => {
  expect(parseCommandLine("./server 80")).toBeUndefined();
  expect(parseCommandLine("./server {port} --log {port}.log")?.on(7)).toEqual([
    "sh",
    "-c",
    "exec ./server 7 --log 7.log",
  ]);
});

test("what a server has started ends with it", async () => {
  using folder = new TemporaryFolder();
  const children = `await Bun.write("pid", String(Bun.spawn(["sleep", "1000"]).pid)); process.on("SIGTERM", () => process.exit());`;
  const server = await start(folder, listen(children));
  const pid = Number(
    await until(
      async () =>
        Bun.file(folder.join("pid"))
          .text()
          .catch(() => ""),
      "the child's PID",
    ),
  );
  expect(exists(pid)).toBe(true);
  await server[Symbol.asyncDispose]();
  await until(() => !exists(pid), "the end of what the server started");
  expect(exists(server.pid)).toBe(false);
});

test("a server that ignores SIGTERM is killed after a while", async () => {
  using folder = new TemporaryFolder();
  const server = await start(folder, listen(`process.on("SIGTERM", () => {}); await Bun.write("ready", "yes");`));
  await until(() => Bun.file(folder.join("ready")).exists(), "the server");
  await server[Symbol.asyncDispose]();
  expect(exists(server.pid)).toBe(false);
}, 15_000);

test("a server that ends at once, or never listens, is an error that says so", async () => {
  using folder = new TemporaryFolder();
  expect(String(await failureOf(start(folder, "process.exit(3)")))).toContain(
    "it ended with exit code 3, before it accepted a connection",
  );
});
