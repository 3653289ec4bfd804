import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { dangersIn, hostile, poisoned } from "../lib/text/hostile-text.fixture.ts";
import { resultOf } from "../lib/result/run-result.fixture.ts";
import { suiteOf } from "../bench/suite/suite.fixture.ts";
import { renderReport } from "../bench/report/formats.ts";
import { Program, runClient, runClientForResult, runTool, ServerProgram, to } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** A file with this text. @returns its path */
function fileWith(name: string, text: string): string {
  writeFileSync(folder.join(name), text);
  return folder.join(name);
}

/** A server whose certificate has a name that only openssl lets pass. */
async function startWithHostileName() {
  const [cert, key] = [folder.join("hostile.pem"), folder.join("hostile.key")];
  const subject = "/CN=\u001b]0;owned\u0007\u202e\nerror: forged";
  const files = ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", key, "-out", cert];
  const made = await runTool(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-utf8", "-subj", subject, ...files],
    "",
  );
  if (made.exitCode !== 0) throw new Error(made.stderr);
  return ServerProgram.start("--tls-cert", cert, "--tls-key", key);
}

describe.concurrent("the name in a server's certificate", () => {
  testWith("openssl")("cannot act on the terminal of the server itself, of a run, a probe or a page", async () => {
    await using server = await startWithHostileName();
    const page = folder.join("run.html");
    const run = await runClient(
      ...to(server),
      "--tls",
      "--insecure",
      "--messages",
      "5",
      "--html",
      page,
      "--json",
      folder.join("r.json"),
    );
    const probe = await runClient("probe", `127.0.0.1:${server.port}`, "--tls", "--insecure", "--count", "1");
    const json = await runClient(...to(server), "--tls", "--insecure", "--messages", "5", "--json");
    const refused = await runClient(...to(server), "--tls", "--messages", "5");
    expect([run, probe, json, refused].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 3]);
    const texts = [run, probe, json, refused].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    texts.push(await Bun.file(page).text(), await Bun.file(folder.join("r.json")).text(), server.stdout);
    expect(texts.flatMap(dangersIn)).toEqual([]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      tls: { certificate: { subject: expect.stringContaining("\u001b]0;owned") } },
    });
  });
});

describe.concurrent("a result that another made", () => {
  const result = fileWith("result.json", JSON.stringify(poisoned(resultOf())));
  const suite = fileWith("report.json", JSON.stringify(poisoned(suiteOf({ a: [1_000, 1_001, 1_002] }))));
  const notResults: ReadonlyArray<readonly [string, string]> = [
    ["schema", JSON.stringify({ schema: hostile })],
    ["field", JSON.stringify({ ...resultOf(), target: { ...resultOf().target, family: hostile } })],
    ["text", hostile],
  ];

  test.each([
    ["client report", ["client/cli.ts", "report", result]],
    ["bench report", ["bench/cli.ts", "report", suite]],
    ["bench report as Markdown", ["bench/cli.ts", "report", suite, "--format", "markdown"]],
    ...notResults.flatMap(([what, text]) =>
      ["client", "bench"].map((program): [string, string[]] => [
        `${program} report of a wrong ${what}`,
        [`${program}/cli.ts`, "report", fileWith(`wrong-${program}-${what}.json`, text)],
      ]),
    ),
  ])("cannot act on the terminal of %s", async (_what, args) => {
    const { stdout, stderr } = await runTool([process.execPath, ...args], "");
    expect(stdout + stderr).not.toBe("");
    expect([...dangersIn(stdout), ...dangersIn(stderr)]).toEqual([]);
    expect(stderr).not.toContain("defect");
  });
});

testWith("xmllint")("JUnit XML of hostile text is well-formed", async () => {
  const { stdout, stderr } = await runTool(
    ["xmllint", "--noout", "-"],
    renderReport(
      { suite: { ...suiteOf({ a: [1] }), missing: [`a${hostile}: ${hostile}`] }, comparison: undefined },
      "junit",
    ),
  );
  expect(stdout + stderr).toBe("");
});

describe.concurrent("what the user gives", () => {
  const nasty = hostile.replaceAll("\0", "").toWellFormed();

  test("cannot act on the terminal that shows it", async () => {
    await using server = await ServerProgram.start();
    const labelled = await runClient(...to(server), "--messages", "5", "--label", `a=${nasty.replaceAll(/\s/g, "")}`);
    const wrong = await runClient("--bind", nasty);
    const config = await runClient("--label", `a=${nasty}`, "--html", nasty, "--print-config");
    const unknown = await runClient(`--nothing${nasty}`, nasty);
    expect(labelled.exitCode).toBe(0);
    const texts = [labelled, wrong, config, unknown].flatMap(({ stdout, stderr }) => [
      stdout,
      stderr.replaceAll("error: ", ""),
    ]);
    expect(texts.flatMap(dangersIn)).toEqual([]);
  });

  test("cannot act on the terminal that shows the log", async () => {
    await using server = new Program([
      process.execPath,
      "server/cli.ts",
      "--unix",
      `${folder.join("s")}\u001b]0;x\u0007\u202e\nx`,
    ]);
    await server.saw(/Listening on .*\n/);
    server.kill("SIGINT");
    expect(await server.exited()).toBe(0);
    expect(dangersIn(server.stdout)).toEqual([]);
  });
});

describe.concurrent("what --server-stats reads", () => {
  const endless = () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)) }));

  test.each<[string, () => Response, string | undefined]>([
    ["hostile text in an object", () => Response.json({ [hostile]: hostile }), undefined],
    ["hostile text in place of JSON", () => new Response(hostile), "cannot be read as JSON"],
    ["no object", () => Response.json([1]), "it is no object"],
    ["null", () => Response.json(null), "it is no object"],
    ["nothing", () => new Response(""), "cannot be read as JSON"],
    ["a body without end", endless, "it is longer than 1048576 bytes"],
    ["many levels", () => new Response(`{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`), "deeper than 32 levels"],
    ["a redirect", () => Response.redirect("http://127.0.0.1:1/", 302), "it answered 302"],
    ["a demand for a token", () => new Response("", { status: 401 }), "give it with --server-stats-token"],
    ["an answer that never comes", () => new Response(new ReadableStream({})), "cannot be read as JSON"],
  ])("is harmless: %s", async (_what, answer, warning) => {
    using web = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
    await using server = await ServerProgram.start();
    const { result, exitCode, stderr } = await runClientForResult(
      ...to(server),
      "--messages",
      "5",
      "--server-stats",
      web.url.href,
    );
    expect(exitCode).toBe(0);
    expect(dangersIn(stderr)).toEqual([]);
    if (warning === undefined) expect(result.server?.after).toEqual({ [hostile]: hostile });
    else {
      expect(result.server).toMatchObject({ before: null, after: null });
      expect(stderr).toContain(warning);
    }
  });
});
