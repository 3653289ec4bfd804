import { Bench } from "tinybench";
import { formatCount, formatLatency, formatSize } from "../lib/units.ts";
import { type RttOptions, timingOf } from "./options.ts";
import { choosePlacement } from "./placement.ts";
import { programCommand, quietServer, startServer } from "./processes.ts";
import { renderTable } from "./table.ts";

const sizes = [64, 1_024, 16_384, 65_536];

const latencyText = (ms: number): string => formatLatency(ms * 1e6);

/** A connection on which one message at a time goes out and comes back. */
async function openPingPong(port: number) {
  let missing = 0;
  let unsent: Buffer = Buffer.alloc(0);
  let settle: (() => void) | undefined;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, chunk) {
        missing -= chunk.length;
        if (missing === 0) settle?.();
      },
      drain(open) {
        unsent = unsent.subarray(Math.max(0, open.write(unsent)));
      },
    },
  });
  return {
    roundTrip(message: Buffer): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      settle = resolve;
      missing = message.length;
      unsent = message.subarray(Math.max(0, socket.write(message)));
      return promise;
    },
    [Symbol.dispose]: () => void socket.end(),
  };
}

/** Measures real round trips, one at a time on one connection, as tinybench tasks: what a caller would wait. */
export async function runRtt(options: RttOptions): Promise<string> {
  const { warmupMs, durationMs } = timingOf(options);
  const placement = choosePlacement();
  const command = [...programCommand("server"), ...quietServer];
  await using server = await startServer([...placement.server, ...command]);
  using connection = await openPingPong(server.port);
  const bench = new Bench({ time: durationMs, warmupTime: warmupMs });
  for (const size of sizes) {
    const message = Buffer.alloc(size, "echo");
    // Said, because tinybench would otherwise call it once more at the same time to find out.
    bench.add(formatSize(size), () => connection.roundTrip(message), { async: true });
  }
  await bench.run();
  const results = bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`the task ${name} was ${result.state}`);
    return { name, count: result.latency.samplesCount, latencyMs: result.latency };
  });
  if (options.format === "json") return JSON.stringify(results, null, 2);
  const rows = results.map(({ name, count, latencyMs: { min, p50, p99, p999, rme } }) => [
    ...[name, formatCount(count), latencyText(min), latencyText(p50), latencyText(p99), latencyText(p999)],
    `±${rme.toFixed(2)} %`,
  ]);
  return renderTable(["message", "round trips", "min", "p50", "p99", "p99.9", "mean's error"], rows);
}
