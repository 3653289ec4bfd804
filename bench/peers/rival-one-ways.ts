import { z } from "zod";
import type { Engine } from "../../lib/loop/engine.ts";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { serviceOf, type Way } from "../../lib/result/load-modes.ts";
import { durationText } from "../../lib/text/format-units.ts";
import { BITS_PER_BYTE } from "../../lib/text/units.ts";
import type { OneWayScenario } from "../driver/scenarios.ts";
import { commandLineOf, runForJson } from "../driver/processes.ts";
import type { CommandOnPort } from "../driver/server-on-port.ts";
import type { OneWayFigures } from "./result.ts";
import type { RunLoad } from "./rival-clients.ts";
import { engineName, engines } from "./rival-servers.ts";

/** A server and a client of one maker that move bytes one way. */
interface OneWayRival {
  readonly name: string;
  /** programs that have to be on PATH */
  readonly needs: readonly string[];
  /** the server of one way */
  readonly commandOn: (way: Way) => CommandOnPort;
  /** @param prefix runs before the client's command */
  readonly load: (prefix: readonly string[]) => RunLoad<OneWayFigures, OneWayScenario>;
}

const iperf3Result = z.object({
  end: z.object({ sum_received: z.object({ bits_per_second: z.number() }) }),
});

/** It measures for whole seconds and leaves out whole seconds before. */
const wholeSeconds = (ms: number): string => String(Math.ceil(ms / 1_000));

const iperf3: OneWayRival = {
  name: "iperf3, unverified",
  needs: ["iperf3"],
  commandOn: () => (port) => ["iperf3", "--server", "--bind", "127.0.0.1", "--port", String(port)],
  load:
    (prefix) =>
    async ({ connections, way }, { warmupMs, durationMs }, port) => {
      const { end } = iperf3Result.parse(
        await runForJson([
          ...prefix,
          ...["iperf3", "--client", "127.0.0.1", "--port", String(port), "--parallel", String(connections)],
          ...["--omit", wholeSeconds(warmupMs), "--time", wholeSeconds(durationMs), "--json"],
          ...(way === "download" ? ["--reverse"] : []),
        ]),
      );
      return { bytesPerSecond: end.sum_received.bits_per_second / BITS_PER_BYTE };
    },
};

const ours = (engine: Engine, { verifies }: { readonly verifies: boolean }): OneWayRival => ({
  name: `${engineName(engine)}, ${verifies ? "verifying" : "unverified"}`,
  needs: [],
  commandOn: (way) => (port) => [
    ...commandLineOf("server"),
    ...["--host", "127.0.0.1", "--port", "0", "--quiet", "--engine", engine, `--${serviceOf[way]}`, String(port)],
  ],
  load:
    (prefix) =>
    async ({ connections, way }, { warmupMs, durationMs }, port) => {
      const { ways } = runResultSchema.parse(
        await runForJson([
          ...[...prefix, ...commandLineOf("client"), "--mode", way, `--${serviceOf[way]}`, String(port)],
          ...["--conns", String(connections), "--engine", engine, ...(verifies ? [] : ["--no-verify"])],
          ...["--warmup", durationText(warmupMs), "--duration", durationText(durationMs), "--json"],
        ]),
      );
      return { bytesPerSecond: ways?.[way]?.bytesPerSecond ?? 0 };
    },
});

/** Every rival that is compared if its programs are installed. The first one is the baseline. */
export const rivalOneWays: readonly OneWayRival[] = [
  iperf3,
  ...engines.flatMap((engine) => [true, false].map((verifies) => ours(engine, { verifies }))),
];
