import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suiteSchema } from "../bench/suite/suite.ts";
import { Fleet } from "./fixtures/fleet.ts";
import { startSshDaemons } from "./fixtures/fleet-ssh.ts";
import { testInNetwork, testWith } from "./fixtures/tools.ts";
import { until } from "./fixtures/until.ts";

const root = join(import.meta.dir, "..");

describe.concurrent("bench ab on two machines", () => {
  const inNetwork = testInNetwork();
  const withSsh = testWith("/usr/sbin/sshd", "ssh", "git") === test ? inNetwork : test.skip;

  const ab = (fleet: Fleet, options: string): string =>
    `cd ${root} && ${process.execPath} bench/cli.ts ab --base HEAD --only small --rounds 6 --out ${fleet.files.path}/report ${options}`;

  withSsh(
    "measures over ssh, and Ctrl+C ends everything on both",
    async () => {
      await using fleet = await Fleet.make(2, startSshDaemons);
      await using bench = fleet.startShell(ab(fleet, "--server-on gen1 --client-on gen2"));
      for (const step of [/Building for gen1 and gen2/, /round 1 of 6/, /round 2 of 6: small \(head\)/]) {
        await bench.until(() => step.exec(bench.stderr), String(step));
      }
      const programs = /^\/\S+\/tmp\.\w+\/(base|head)\0/;
      const [server, client] = fleet.generators.map(
        ({ namespace }) =>
          () =>
            namespace.pids(programs),
      );
      await until(
        async () => [await server?.(), await client?.()],
        "both programs",
        (pids) => pids.every((each) => each?.length),
      );
      const [pid] = await fleet.head.pids(/\0bench\/cli\.ts\0/);
      process.kill(pid ?? Number.NaN, "SIGINT");
      expect(await bench.exited()).toBe(130);
      await until(
        async () => [await server?.(), await client?.()].flat(),
        "no program",
        (pids) => pids.length === 0,
      );
      await until(
        () => readdirSync(fleet.files.join("tmp")),
        "no file left",
        (files) => files.length === 0,
      );
      const report = suiteSchema.parse(JSON.parse(await Bun.file(fleet.files.join("report/report.json")).text()));
      expect(report.placement).toBe("server on gen1, load on gen2");
      const [scenario] = report.scenarios;
      expect(scenario?.measurements.map(({ variant }) => variant).slice(0, 2)).toEqual(["base", "head"]);
      for (const { result, serverCpuUs } of scenario?.measurements ?? []) {
        expect([result.target.host, result.verdict]).toEqual(["10.78.0.11", "pass"]);
        expect(serverCpuUs).toBeGreaterThan(0);
      }
    },
    60_000,
  );

  withSsh("names a host that cannot be reached, or that cannot run it, before anything is measured", async () => {
    await using fleet = await Fleet.make(1, startSshDaemons);
    const unknown = await fleet.shell(ab(fleet, "--server-on nowhere"));
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('--server-on "nowhere": ssh cannot reach it: ssh: Could not resolve hostname nowhere'),
    ]);
    const option = await fleet.shell(ab(fleet, "--client-on=-oProxyCommand=true"));
    expect([option.exitCode, option.stderr]).toEqual([2, expect.stringContaining("expected a host as ssh takes it")]);
    expect(readdirSync(fleet.files.join("tmp"))).toEqual([]);
  });
});
