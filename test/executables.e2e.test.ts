import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildTarget } from "../bin/build-targets.ts";
import { version } from "../lib/version.ts";
import { Program, runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** Bun fetches what it has not yet of other targets. */
const BUILD_MS = 120_000;

/** Builds executables for targets. */
async function build(out: string, targets: readonly BuildTarget[], environment: Readonly<Record<string, string>> = {}) {
  const command = [process.execPath, "bin/build.ts", "--target", targets.join(","), "--out", out];
  await using program = new Program(command, environment);
  return { exitCode: await program.exited(BUILD_MS), stderr: program.stderr };
}

/** Bun's executables for musl need libstdc++, which Debian has for glibc only. @returns the folder to look in for both */
async function librariesForMusl(): Promise<string> {
  const libraries = folder.join("libraries");
  mkdirSync(libraries);
  const find = (name: string) => runTool(["cc", `-print-file-name=${name}`], "");
  for (const name of ["libstdc++.so.6", "libgcc_s.so.1"])
    copyFileSync((await find(name)).stdout.trim(), join(libraries, name));
  const shim = [...["-shared", "-nostdlib", "-fPIC", "-w"], "test/fixtures/glibc-on-musl.c"];
  const { exitCode, stderr } = await runTool(["cc", ...shim, "-o", join(libraries, "ld-linux-x86-64.so.2")], "");
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return libraries;
}

const crossRoot = "/usr/aarch64-linux-gnu";
const nothing = (): Promise<Record<string, string>> => Promise.resolve({});

/** How the executable of a target is started on a machine with Debian for x64. */
interface Start {
  readonly target: BuildTarget;
  /** tools without which it cannot be started */
  readonly needs: readonly string[];
  readonly emulator: readonly string[];
  readonly environment: () => Promise<Record<string, string>>;
  /** emulators lack what epoll needs */
  readonly engine: string;
}

const starts: readonly Start[] = [
  { target: "linux-x64-baseline", needs: [], emulator: [], environment: nothing, engine: "epoll" },
  {
    target: "linux-x64-musl",
    needs: ["ld-musl-config", "cc"],
    emulator: [],
    environment: async () => ({ LD_LIBRARY_PATH: await librariesForMusl() }),
    engine: "epoll",
  },
  {
    target: "linux-arm64",
    needs: ["qemu-aarch64", `${crossRoot}/lib/ld-linux-aarch64.so.1`],
    emulator: ["qemu-aarch64"],
    environment: () => Promise.resolve({ QEMU_LD_PREFIX: crossRoot }),
    engine: "Bun's sockets",
  },
];

const isDebianX64 = process.platform === "linux" && process.arch === "x64";
const testStart = ({ needs }: Start) => (isDebianX64 ? testWith(...needs) : test.skip);
const startable = starts.filter((start) => testStart(start) === test);
const built =
  startable.length > 0
    ? await build(
        folder.path,
        startable.map(({ target }) => target),
      )
    : undefined;

describe("executables for other machines", () => {
  testWith("sha256sum")("are built with one command, and with checksums", async () => {
    // Besides, Bun says how far the download of a target has come that it has not had yet.
    expect(built?.stderr.match(/^\S+\/echobench-\S+ {2}\d+ MB$/gm)).toHaveLength(startable.length);
    expect(built?.exitCode).toBe(0);
    const check = await runTool(["sh", "-c", `cd ${folder.path} && sha256sum --check --strict SHA256SUMS`], "");
    expect(check.stdout).toBe(startable.map(({ target }) => `echobench-${target}: OK\n`).join(""));
  });

  for (const start of starts) {
    const { target, emulator, engine } = start;
    testStart(start)(`run: server and client of ${target}`, async () => {
      const environment = await start.environment();
      const run = (...args: string[]) =>
        new Program([...emulator, folder.join(`echobench-${target}`), ...args], environment);
      await using named = run("--version");
      expect(await named.exited()).toBe(0);
      expect(named.stdout).toBe(`${version}\n`);
      await using server = run("server", "--host", "127.0.0.1", "--port", "0", "--buffer", "64k");
      const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)\n/);
      // The C library answers, whichever it is.
      await server.saw(/Kernel granted SO_SNDBUF 128 KiB \(asked 64 KiB\)/);
      await server.saw(new RegExp(`Engine: ${engine}\n`));
      await using client = run("client", "--port", port, "--conns", "2", "--threads", "2", "--messages", "200");
      expect(await client.exited()).toBe(0);
      expect(client.stdout).toContain("PASS  every byte came back as it was sent");
      expect(client.stdout).not.toContain("rtt 0 ns");
      server.kill("SIGINT");
      expect(await server.exited()).toBe(0);
    });
  }

  test("are built without the one that cannot be, which is named", async () => {
    const out = folder.join("partly");
    // Nothing listens there.
    const offline = { BUN_INSTALL_CACHE_DIR: folder.join("no-cache"), HTTPS_PROXY: "http://127.0.0.1:1" };
    const own: BuildTarget = process.arch === "x64" ? "linux-x64" : "linux-arm64";
    const { exitCode, stderr } = await build(out, ["macos-arm64", own], offline);
    expect(stderr).toMatch(/^error: macos-arm64: Failed to download .*\n\S+ {2}\d+ MB\n$/);
    expect(exitCode).toBe(1);
    expect(readdirSync(out).toSorted()).toEqual(["SHA256SUMS", `echobench-${own}`]);
    expect(readFileSync(join(out, "SHA256SUMS"), "utf8")).toMatch(new RegExp(`^[\\da-f]{64}  echobench-${own}\n$`));
  });

  test("have help that names what there is", async () => {
    const { stdout } = await runTool([process.execPath, "bin/build.ts", "--help"], "");
    expect(stdout).toContain("come from the environment (such as ECHOBENCH_BUILD_ALL); flags win.");
    expect(stdout).not.toContain("--config");
  });

  test.each([
    [["--al"], "--al: unknown flag; did you mean --all?"],
    [["--target", "linux-x65"], '--target "linux-x65": expected one of linux-x64, '],
    [["--all", "dist/echobench"], '--all: expected without FILE "dist/echobench"'],
  ])("are not built for %j", async (args, message) => {
    const { exitCode, stderr } = await runTool([process.execPath, "bin/build.ts", ...args], "");
    expect(stderr).toStartWith(`error: ${message}`);
    expect(exitCode).toBe(2);
  });
});

test.each([["/dev/null/x"], [import.meta.path]])("--out %s is no folder, and is said to be none", async (out) => {
  const command = [process.execPath, "bin/build.ts", "--target", "linux-x64", "--out", out];
  const { exitCode, stderr } = await runTool(command, "");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error: linux-x64: "\S+": (ENOTDIR|EEXIST)/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
