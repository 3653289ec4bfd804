import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Program, runTool } from "./fixtures/program.ts";
import { openRaw, readExactly } from "./fixtures/raw-client.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const MAX_PACKAGE_BYTES = 400_000;

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Fetching what the package depends on may take its time. */
const INSTALL_MS = 120_000;

/** Runs npm to its end. */
async function npm(...args: readonly string[]) {
  await using program = new Program(["npm", ...args]);
  return { exitCode: await program.exited(INSTALL_MS), stdout: program.stdout, stderr: program.stderr };
}

/** Installs the package in a folder of its own. @returns what npm and tar said */
async function install() {
  const packed = await npm("pack", "--silent", "--pack-destination", folder.path);
  const tarball = folder.join(packed.stdout.trim());
  const content = await runTool(["tar", "tzf", tarball], "");
  folder.write("package.json", "{}");
  const installed = await npm(
    "install",
    "--prefix",
    folder.path,
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    tarball,
  );
  return { bytes: statSync(tarball).size, files: content.stdout.trim().split("\n"), installed };
}

const node = Bun.which("node");
/** Only Node is on this path: neither Bun nor npm. */
const path = folder.join("only-node");
mkdirSync(path);
if (node !== null) symlinkSync(node, `${path}/node`);

/** A program of the package, as a machine without Bun starts it. */
const installed = (name: string, ...args: readonly string[]): string[] => [
  ...["env", "-i", `PATH=${path}`, `HOME=${folder.path}`, folder.join(`node_modules/.bin/${name}`)],
  ...args,
];

/** The names that Node finds in what it imports instead of the API. */
const namesOnNode = async (): Promise<string[]> =>
  [...(await Bun.file("api/needs-bun.cjs").text()).matchAll(/exports\.(\w+)/g)].map(([, name = ""]) => name).toSorted();

const testWithNpm = testWith("npm", "node", "tar");
const outcome = testWithNpm === test ? await install() : undefined;

describe("the npm package", () => {
  testWithNpm("is small and has no tests", () => {
    expect(outcome?.bytes).toBeLessThan(MAX_PACKAGE_BYTES);
    expect(outcome?.files).toEqual(
      expect.arrayContaining([
        ...[
          "package/bin/echobench.mjs",
          "package/build/bin/echobench.js",
          "package/types/api/index.d.ts",
          "package/api/needs-bun.cjs",
        ],
        ...["package/docs/echobench.1", "package/README.md", "package/LICENSE"],
      ]),
    );
    expect(outcome?.files.filter((file) => /\.test\.|fixture|^package\/test/.test(file))).toEqual([]);
  });

  testWithNpm("runs the demo where only Node is on the path", async () => {
    expect(outcome?.installed.exitCode).toBe(0);
    const demo = await runTool(installed("echobench", "demo"), "");
    expect(demo.stdout).toContain("PASS  every byte came back as it was sent");
    expect(demo.exitCode).toBe(0);
  });

  testWithNpm("is a module with types for programs on Bun", async () => {
    const program = `import { runLoad, startServer, type RunResult } from "echobench";
      await using server = await startServer({ workers: 2 });
      const result: RunResult = await runLoad({ port: server.port, messages: 100, conns: 2, threads: 2 });
      console.log(result.verdict, result.totals.messages);`;
    const file = folder.write("program.ts", program);
    expect((await runTool([process.execPath, file], "")).stdout).toBe("pass 100\n");
    const config = {
      compilerOptions: { strict: true, module: "preserve", target: "esnext", types: ["bun"], noEmit: true },
    };
    const typeRoots = join(import.meta.dir, "..", "node_modules", "@types");
    folder.write("tsconfig.json", JSON.stringify({ ...config, typeRoots, include: ["program.ts"] }));
    const command = [...["tsc", "-p", folder.path], "--typeRoots", typeRoots, "--skipLibCheck"];
    expect(await runTool(command, "")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    folder.write("program.ts", program.replace("messages: 100", 'messages: ["100"]'));
    expect((await runTool(command, "")).stdout).toContain("TS2322");
  });

  testWithNpm("has errors with the names that the documentation says", async () => {
    const program = `import { runLoad } from "echobench";
      for (const port of [1, 0]) await runLoad({ port }).catch(({ name }) => console.log(name));`;
    const file = folder.write("names.ts", program);
    expect((await runTool([process.execPath, file], "")).stdout).toBe("UnreachableError\nUsageError\n");
  });

  testWithNpm("leaves a wrong number of passed sockets to the program", async () => {
    const [env, ...words] = installed("echobench", "server", "--port", "0");
    const script = [`exec ${env}`, words[0], "LISTEN_PID=$$ LISTEN_FDS=99999", ...words.slice(1)].join(" ");
    const { exitCode, stderr } = await runTool(["bash", "-c", script], "");
    expect(stderr).toStartWith('error: LISTEN_FDS "99999": ');
    expect(exitCode).toBe(2);
  });

  testWithNpm("tells programs on Node that its API needs Bun", async () => {
    const imported = folder.write("on-node.mjs", 'import { runLoad } from "echobench"; console.log(runLoad);');
    const required = folder.write("on-node.cjs", 'console.log(require("echobench").runLoad);');
    for (const file of [imported, required]) {
      const { stdout, stderr, exitCode } = await runTool(["node", file], "");
      expect(stderr).toContain("Error: the API of echobench runs on Bun 1.4.5 or later, not on Node: ");
      expect(stdout).toBe("");
      expect(exitCode).toBe(1);
    }
    expect(await namesOnNode()).toEqual(Object.keys(await import("../api/index.ts")).toSorted());
  });

  testWithNpm("speaks of echobench, and passes exit codes on", async () => {
    const help = await runTool(installed("echobench", "probe", "--help"), "");
    expect(help.stdout).toMatch(/^echobench probe: .*\n\nUsage {2}echobench probe HOST:PORT \.\.\. \[options\]\n/);
    expect(help.stdout).not.toContain("bun run");
    const refused = await runTool(installed("echo-client", "--host", "127.0.0.1", "--port", "1"), "");
    expect(refused.stderr).toContain("start one with: echobench server");
    expect(refused.exitCode).toBe(3);
    expect((await runTool(installed("echobench", "serve"), "")).exitCode).toBe(2);
  });

  testWithNpm("passes signals on, and waits for the end that they bring", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await using server = new Program(installed("echo-server", "--host", "127.0.0.1", "--port", "0"));
      await server.saw(/Listening on 127\.0\.0\.1:\d+/);
      server.kill(signal);
      expect(await server.exited()).toBe(0);
      expect(server.stdout).toContain("Stopped after");
    }
  });

  testWith(
    "npm",
    "node",
    "tar",
    "systemd-socket-activate",
  )("passes the sockets of a service manager on", async () => {
    const socket = folder.join("echo.sock");
    symlinkSync("/bin/sh", `${path}/sh`);
    const manager = ["systemd-socket-activate", `-EPATH=${path}`, "-l", socket];
    await using server = new Program([...manager, folder.join("node_modules/.bin/echo-server")]);
    await server.until(() => /Listening on \S+ as 3\./.exec(server.stderr), "the socket");
    const peer = await openRaw({ path: socket });
    peer.write("hello");
    expect((await readExactly(peer, 5)).toString()).toBe("hello");
    expect(server.stdout).toContain(`Listening on ${socket}\n`);
    server.kill("SIGTERM");
    expect(await server.exited()).toBe(0);
  });

  testWithNpm("ends by the signal that ended Bun", async () => {
    await using server = new Program(installed("echo-server", "--host", "127.0.0.1", "--port", "0", "--engine", "bun"));
    await server.saw(/Listening on 127\.0\.0\.1:\d+/);
    const { stdout } = await runTool(["pgrep", "-P", String(server.child.pid)], "");
    process.kill(Number(stdout), "SIGKILL");
    await server.child.exited;
    expect(server.child.signalCode).toBe("SIGKILL");
  });

  testWithNpm("says what is missing where Bun is not there at all", async () => {
    for (const name of ["bun", "@oven"])
      renameSync(folder.join(`node_modules/${name}`), folder.join(`no-${name.slice(-3)}`));
    const { stderr, exitCode } = await runTool(installed("echobench", "--version"), "");
    expect(stderr).toBe(
      "error: echobench runs on Bun 1.4.5 or later, which was not found; install it with: npm install -g bun\n",
    );
    expect(exitCode).toBe(127);
  });
});
