// Starts echobench on Bun. It runs on Node too, because npm and npx start programs with Node.
import { spawn } from "node:child_process";
import { existsSync, fstatSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

const { resolve } = createRequire(import.meta.url);

/** The sources of a checkout, or the built program of the package. */
const script = ["./echobench.ts", "../build/bin/echobench.js"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync);

/** What a shell reports for a command that it cannot find. */
const NOT_FOUND = 127;

/** The Bun that the package `bun` has brought: its install script moves the one for this platform into the package. */
function bundledBun() {
  const names = { win32: "windows", arm64: "aarch64" };
  const [os, arch] = [process.platform, process.arch].map((name) => names[name] ?? name);
  const file = os === "windows" ? "bin/bun.exe" : "bin/bun";
  const where = [...["", "-musl"].map((libc) => `@oven/bun-${os}-${arch}${libc}/${file}`), "bun/bin/bun.exe"];
  for (const path of where) {
    try {
      return resolve(path);
    } catch {
      // Not this one: install scripts may be forbidden, and there are two C libraries.
    }
  }
  return undefined;
}

/** Ends this process as the child has ended: with its exit code, or by the same signal. */
function endLike(exitCode, signal) {
  if (signal === null) process.exit(exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Where the signal does not end it.
  process.exit(128 + constants.signals[signal]);
}

/** The first descriptor of those that a service manager passes: sd_listen_fds(3). */
const FIRST_PASSED = 3;

/** Whether this process has the descriptor. */
function isOpen(fd) {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

/** Starts a program, which gets the sockets that a service manager has passed to this process, if any. */
function start(program, words) {
  const { LISTEN_PID: meant, LISTEN_FDS: count } = process.env;
  if (meant !== String(process.pid)) return spawn(program, words, { stdio: "inherit" });
  const passed = [];
  // A count that is no number passes none, and one that is too large those that are there; the program says what is wrong.
  for (let fd = FIRST_PASSED; fd < FIRST_PASSED + Number(count) && isOpen(fd); fd++) passed.push(fd);
  // They are meant for one process only, whose number nobody knows before it is there. So a shell becomes the program.
  const become = ["-c", 'LISTEN_PID=$$ exec "$0" "$@"', program];
  return spawn("/bin/sh", [...become, ...words], { stdio: ["inherit", "inherit", "inherit", ...passed] });
}

function runAsChild(bun, words) {
  const child = start(bun, words);
  child.on("error", (error) => {
    process.stderr.write(
      error.code === "ENOENT"
        ? "error: echobench runs on Bun 1.4.5 or later, which was not found; install it with: npm install -g bun\n"
        : `error: ${bun}: ${error.message}\n`,
    );
    process.exit(NOT_FOUND);
  });
  // A terminal sends Ctrl+C to both processes; every command takes two signals in a row for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", endLike);
}

/** Runs echobench with the words of the command line behind these. @param {readonly string[]} first */
export function launch(...first) {
  const words = [script, ...first, ...process.argv.slice(2)];
  const bun = process.versions.bun === undefined ? (bundledBun() ?? "bun") : process.execPath;
  runAsChild(bun, words);
}
