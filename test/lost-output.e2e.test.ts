import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { version } from "../lib/version.ts";
import { type Outcome, Program, runTool, ServerProgram, startClient, to } from "./fixtures/program.ts";
import { StalledPipe } from "./fixtures/stalled-pipe.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

let server: ServerProgram;
const folder = new TemporaryFolder();
beforeAll(async () => {
  server = await ServerProgram.start("--quiet");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Runs words of a shell in which `$C` is the client with a short load, `$P` a program. */
const shell = (script: string, program = ""): Promise<Outcome> => {
  const client = `${process.execPath} client/cli.ts --port ${server.port} --messages 20 --quiet`;
  return runTool(["sh", "-c", `C='${client}'; P='${process.execPath} ${program}'; ${script}`], "");
};

const isLinux = process.platform === "linux";
const full = "error: standard output: cannot be written: no space left on the disk\n";
const closed = "error: standard output: cannot be written: it is closed\n";

test.skipIf(!isLinux).each([
  ["client/cli.ts --help", "> /dev/full", full],
  ["client/cli.ts --help", ">&-", closed],
  ["server/cli.ts --print-config", "> /dev/full", full],
  ["bench/cli.ts peers --help", ">&-", closed],
  ["bin/echobench.ts --version", "> /dev/full", full],
])("%s %s says that its output is lost, in a line and by its exit code", async (program, redirection, message) => {
  const { stderr, exitCode } = await shell(`$P ${redirection}`, program);
  expect({ stderr, exitCode }).toEqual({ stderr: message, exitCode: 1 });
});

test.skipIf(!isLinux).each(["$C > /dev/full", "$C >&-", "$C --json >&-", "$C --ndjson > /dev/full"])(
  "%s: a good run whose output is lost ends with 1 and says so once",
  async (script) => {
    const { stderr, exitCode } = await shell(script);
    expect(stderr.match(/^error: .*$/gm)).toEqual([expect.stringContaining("standard output: cannot be written")]);
    expect(exitCode).toBe(1);
  },
);

test.each(["2>&-", "2> /dev/full"])("the exit code stays what it is with %s", async (redirection) => {
  if (!isLinux) return;
  expect((await shell(`$P ${redirection}`, "client/cli.ts --port 1")).exitCode).toBe(3);
});

test("a reader that closes the pipe early is no error", async () => {
  const { stdout, stderr } = await shell("($C --json; echo $? >&2) | head -c 1");
  expect({ stdout, code: stderr.split("\n").at(-2) }).toEqual({ stdout: "{", code: "0" });
});

test.skipIf(!isLinux)("each output that cannot be written is named, and all others are written", async () => {
  const [json, html, pipe] = [folder.join("kept.json"), folder.join("kept.html"), folder.join("pipe")];
  const good = await shell(`mkfifo ${pipe}; $C --csv /dev/full --json ${json} --hdr ${pipe} --html ${html}`);
  expect(good.stderr.match(/^error: .*$/gm)).toEqual([
    'error: --csv "/dev/full": cannot be written: no space left on the disk',
    `error: --hdr "${pipe}": cannot be written: nobody reads it`,
  ]);
  expect(good.exitCode).toBe(1);
  expect(good.stdout).toContain("PASS");
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ tool: { version } });
  expect(readFileSync(html, "utf8").trimEnd().endsWith("</html>")).toBe(true);
});

const canMount = isLinux && Bun.spawnSync(["unshare", "-rm", "true"]).exitCode === 0;

test.skipIf(!canMount)(
  "a disk that fills up keeps the result of the last run, and a worse exit code stays",
  async () => {
    const disk = folder.path;
    const small = `mount -t tmpfs -o size=16k none ${disk}; printf good > ${disk}/r.json; printf filler > ${disk}/f`;
    const show = `echo $? $(cat ${disk}/r.json) $(ls -A ${disk})`;
    const load = (more: string): string =>
      `$C ${more} --label "long=$(printf %05000d 0)" --json ${disk}/r.json > /dev/null; ${show}`;
    const fill = `dd if=/dev/zero of=${disk}/f bs=4k count=2 2> /dev/null`;
    const script = `${small}; ${fill}; ${load("")}; ${load("--expect 'messages<0'")}`;
    const { stdout, stderr } = await runTool(
      [
        "unshare",
        "-rm",
        "sh",
        "-c",
        `C="${process.execPath} client/cli.ts --port ${server.port} --messages 20 --quiet"; ${script}`,
      ],
      "",
    );
    expect(stdout).toBe("1 good f r.json\n4 good f r.json\n");
    expect(stderr).toContain(`error: --json "${disk}/r.json": cannot be written: no space left on the disk`);
  },
);

test.each([
  ["--payload file:F --json F", '--json "F"', "--payload"],
  ["--tls-key F --tls-cert F --csv F", '--csv "F"', "--tls-key"],
  ["probe --targets F --json F", '--json "F"', "--targets"],
  ["report F --html F", '--html "F"', "FILE, the result"],
])("%s is wrong usage, and F stays", async (words, named, other) => {
  const file = folder.write("input", "127.0.0.1:1\n");
  await using client = startClient(...words.split(" ").map((word) => word.replace(/F$/, file)));
  expect(await client.exited()).toBe(2);
  const message = `error: ${named.replace("F", file)}: expected another file than ${other}`;
  expect(client.stderr).toStartWith(message);
  expect(readFileSync(file, "utf8")).toBe("127.0.0.1:1\n");
  expect(readdirSync(folder.path).filter((name) => name.startsWith(".echobench"))).toEqual([]);
});

test("what --ndjson prints waits for a reader that comes late", async () => {
  using own = new TemporaryFolder();
  const path = own.join("pipe");
  using pipe = new StalledPipe(path);
  pipe.fill();
  await using echoing = await ServerProgram.start();
  const command = [process.execPath, "client/cli.ts", ...to(echoing), "--messages", "50", "--ndjson"];
  await using client = new Program(["sh", "-c", 'exec "$@" > "$0"', path, ...command]);
  await client.until(() => /too few messages/.exec(client.stderr), "the end of the run");
  await pipe.saw(/"event":"end"/);
  expect(await client.exited()).toBe(0);
});

test("a pipe that others write to as well waits for its reader afterwards", async () => {
  // More than a pipe holds; cat fails where a write does not wait.
  const script = '("$0" client/cli.ts --help; head -c 300000 /dev/zero | cat) | (sleep 1; wc -c)';
  const { stdout, stderr } = await runTool(["sh", "-c", script, process.execPath], "");
  expect(stderr).toBe("");
  expect(Number(stdout)).toBeGreaterThan(300_000);
});
