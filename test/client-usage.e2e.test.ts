import { describe, expect, test } from "bun:test";
import { version } from "../lib/version.ts";
import { runResultSchema } from "../lib/result/run-result.ts";
import { Program, runClient, ServerProgram } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

describe.concurrent("wrong usage of the client is named, exit 2, and nothing is sent", () => {
  test.each([
    [["--conns", "0"], '--conns "0": expected an integer from 1 to 1000000'],
    [["--cons", "10"], '--cons "10": unknown flag; did you mean --conns?'],
    [["--duration", "30"], '--duration "30": expected a duration of at least 1ms such as 500ms, 30s or 2m'],
    [["--host", "10.0.0.1:80"], '--host "10.0.0.1:80": expected a host without a port; give the port with --port'],
    [["-4", "-6"], "-6: expected without -4"],
    [["-6", "--host", "127.0.0.1"], '--host "127.0.0.1": expected an IPv6 address because of -6'],
    [["--threads", "3", "--conns", "2"], '--threads "3": expected no more than --conns (2)'],
    [["--payload", "file:/no/such"], '--payload "file:/no/such": no such file'],
    [["--payload", "noise"], '--payload "noise": expected random, zeros, text or file:PATH'],
    [["--size", "2g"], '--size "2g": expected sizes from 1 to 1 GiB'],
    [["--size", "9007199254740993"], "expected sizes from 1 to 1 GiB"],
    [["--size", "64:1000000000"], "expected weights from 1 to 999999999"],
    [["--expect", "errors<99999999999999999999"], "expected a limit of errors of at most 9007199254740991"],
    [["--csv", "a", "--csv", "b"], '--csv "b": expected once, found also --csv "a"'],
    [["--label", "a=1", "--label", "a=2"], '--label "a=2": expected each key once, found also "a=1"'],
    [["--label", "a=b\nc"], '--label "a=b\\nc": expected one line'],
    [["--host", "http://a"], '--host "http://a": expected a host without http://'],
    [["--tls", "--tls-server-name", "a:443"], '--tls-server-name "a:443": expected a host without a port'],
    [["--host", "local\thost"], "expected a host name without characters that cannot be seen"],
    [["soak", "--stall", "1m"], '--stall "1m": expected at most --timeout (5s)'],
    [["soak", "--journal", "package.json"], '--journal "package.json": expected a new file or a journal'],
    [["probe", "--json", "127.0.0.1:1", "127.0.0.1:2"], '--json "127.0.0.1:1": may be FILE or HOST:PORT'],
    [["probe", "--targets", "a", "--targets", "b"], '--targets "b": expected once'],
    [["probe", "a:65536"], "expected ports from 1 to 65535"],
    [["--unix", "/x", "--port", "1"], '--port "1": expected without --unix "/x"'],
    [["--unix", "/x", "--dscp", "ef"], '--dscp "ef": expected without --unix "/x"'],
    [["--congestion", "none"], '--congestion "none": expected one of '],
    [["--congestion", "a".repeat(16)], "expected a name of at most 15 bytes"],
    [["--dscp", "af14"], '--dscp "af14": expected ef, af11 to af43, cs0 to cs7, le, or a number from 0 to 63'],
    [["--device", "none"], '--device "none": expected a network interface of this machine: '],
    [["--mss", "87"], '--mss "87": expected an integer from 88 to 32767'],
    [["--pacing-rate", "1G/s"], '--pacing-rate "1G/s": 1G/s may be bits or bytes: write 1GB/s or 1Gbit/s'],
    [["--source-port", "1-2"], '--source-port "1-2": expected ports from '],
    [["--source-port", "50000", "--conns", "2"], '--source-port "50000": expected at least 2 ports for --conns 2'],
    [["--unix", "/x", "-6"], '-6: expected without --unix "/x"'],
    [["--ndjson", "--json"], "--json: expected a file beside --ndjson, which takes standard output"],
    [["--size", "1500-64"], '--size "1500-64": expected a size such as 1024, a range such as 64-1500'],
    [["--bind", "127.0.0.1,here"], '--bind "here": expected an address of this machine'],
    [["--bind", "::1"], '--bind "::1": expected an IPv4 address, as --host "127.0.0.1" has no other'],
    [["--bind", "224.0.0.1"], '--bind "224.0.0.1": expected the address of one machine'],
    [["--unix", `/tmp/${"a".repeat(120)}`], "expected a path of at most 107 bytes, found 125"],
    [["--host", "fe80::1"], '--host "fe80::1": expected a link-local address with its network interface'],
    [["--tls", "--host", "[fe80::1%nope]"], '--host "[fe80::1%nope]": there is no network interface "nope"'],
    [["soak", "--host", "[fe80::1%nope]"], '--host "[fe80::1%nope]": there is no network interface "nope"'],
    [["bloat", "--host", "a..b"], '--host "a..b": expected a host name without an empty part between its dots'],
    [["sweep", "--host", "ho st"], '--host "ho st": expected a host name of letters, digits, hyphens and dots'],
    [["probe", "[fe80::1%nope]:7878"], '[fe80::1%nope]:7878: there is no network interface "nope"'],
    [["probe", "ff.02..1:7878"], "ff.02..1:7878: expected a host name without an empty part"],
    [["constructor"], '"constructor": unknown command'],
    [["hasOwnProperty"], '"hasOwnProperty": unknown command'],
    [["--server-stats", "localhost"], '--server-stats "localhost": expected an http or https address'],
    [["--label", "x"], '--label "x": expected key=value'],
    [["--config", "/no/such.toml"], '--config "/no/such.toml": no such file'],
    [["--config", "/"], '--config "/": it is a folder'],
    [["--payload", "file:/"], '--payload "file:/": it is a folder'],
    [["--label", "__proto__=x"], '--label "__proto__=x": expected another key than __proto__'],
    [["--bytes", "1Mb"], '--bytes "1Mb": 1Mb is bits, and a size is in bytes: write 1MB or 125kB'],
    [["--stages", "10k/s"], '--stages "10k/s": expected stages of a rate and a time such as 10k/s:30s, found "10k/s"'],
    [["--stages", "x:1s"], 'expected rates of 0 or from 0.001 to 10M, found "x"'],
    [["--stages", "0:1s"], "expected a stage with a rate above 0"],
    [["--stages", "5/s:0s"], "expected stages that take 1ms or more"],
    [["--stages", "5/s:1s", "--rate", "5"], '--rate "5": expected without --stages'],
    [["--stages", "5/s:1s", "--duration", "1s"], '--duration "1s": expected without --stages'],
    [["--stages", "5/s:1s", "--warmup", "0s"], '--warmup "0s": expected without --stages'],
    [["--stages", "5/s:1s", "--ramp", "1s"], '--ramp "1s": expected without --stages'],
    [["--stages", "5/s:1s", "--mode", "churn"], '--stages "5/s:1s": expected without --mode churn'],
    [["--rate", "10m"], '--rate "10m": 10m may be millions or thousandths: write 10M or 0.01'],
    [["--expect", "p98<1ms"], '--expect "p98<1ms": there is no metric "p98"; expected one of mean, stddev, min, p50'],
    [["--expect", "throughput>1G/s"], '--expect "throughput>1G/s": 1G/s may be bits or bytes: write 1GB/s or 1Gbit/s'],
    [["--expect", "p99<2"], '--expect "p99<2": expected a limit of p99 such as 2ms'],
    [["--mode", "stream", "--expect", "p99<2ms"], '--expect "p99<2ms": this run has no p99; expected one of connect-'],
    [["sweep", "--find-rate", "life-p99<2ms"], '--find-rate "life-p99<2ms": this run has no life-p99'],
    [["--expect", "errors"], '--expect "errors": expected a threshold such as p99<2ms'],
  ])("%p", async (args, message) => {
    const { exitCode, stdout, stderr } = await runClient(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  });
});

describe.concurrent("the client", () => {
  test("says when a host is unknown, exit 3", async () => {
    const { exitCode, stderr } = await runClient("--host", "no-such-host.invalid");
    expect(stderr).toBe('error: --host "no-such-host.invalid": unknown host, no address found\n');
    expect(exitCode).toBe(3);
  });

  test("prints help and version on standard output, exit 0", async () => {
    const help = await runClient("--help");
    expect(help.stdout).toContain("--connect-timeout TIME");
    expect(help.stdout).toContain("Examples");
    expect(help.exitCode).toBe(0);
    expect((await runClient("--version")).stdout).toBe(`${version}\n`);
  });

  test("prefers flags to the environment, and the environment to the file", async () => {
    await using server = await ServerProgram.start();
    using folder = new TemporaryFolder();
    const file = folder.write("client.toml", `port = ${server.port}\nmessages = 10\nsize = "10"\npipeline = 2\n`);
    const command = [process.execPath, "client/cli.ts", "--config", file, "--size", "30", "--json"];
    await using client = new Program(command, { ECHO_CLIENT_SIZE: "20", ECHO_CLIENT_MESSAGES: "20" });
    expect(await client.exited()).toBe(0);
    const { options } = runResultSchema.parse(JSON.parse(client.stdout));
    expect(options).toMatchObject({ size: 30, messages: 20, pipeline: 2 });
  });
});

test.each([
  ["--json - --csv -", '--csv "-"'],
  ["--ndjson --hdr -", '--hdr "-"'],
  ["--html -", '--html "-"'],
  ["--json /tmp/same --csv /tmp/./same", '--csv "/tmp/./same"'],
  ["sweep --json /tmp/same --html /tmp/same", '--html "/tmp/same"'],
  ["soak --json /tmp/same --journal /tmp/same", '--journal "/tmp/same"'],
  ["soak --resume-report /tmp/same --json /tmp/same", '--json "/tmp/same"'],
])("%s is wrong usage, because one output would destroy another", async (words, named) => {
  const { stdout, stderr, exitCode } = await runClient(...words.split(" "));
  expect(stderr).toStartWith(`error: ${named}: expected another file than `);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
});

test.each(["client/cli.ts", "bench/cli.ts"])("%s says that it may open too few files to start", async (script) => {
  await using program = new Program(["sh", "-c", `ulimit -n 12; exec ${process.execPath} ${script} --help`]);
  expect(await program.exited()).toBe(2);
  expect(program.stderr).toBe(
    'error: ulimit -n "12": expected at least 24 open files, and one more for each connection; raise it with: ulimit -n 1024\n',
  );
});

test("a value that is wrong beside another is named where it was given", async () => {
  await using client = new Program([process.execPath, "client/cli.ts"], { ECHO_CLIENT_THREADS: "3" });
  expect(await client.exited()).toBe(2);
  expect(client.stderr).toContain(
    '--threads "3": expected no more than --conns (1) (it was given by ECHO_CLIENT_THREADS)',
  );
});

test("a variable that is almost an option is warned of", async () => {
  await using client = new Program([process.execPath, "client/cli.ts", "--print-config"], { ECHO_CLIENT_CONN: "3" });
  expect(await client.exited()).toBe(0);
  expect(client.stderr).toContain(
    "ECHO_CLIENT_CONN: ignored, no option has this variable; did you mean ECHO_CLIENT_CONNS?",
  );
});
