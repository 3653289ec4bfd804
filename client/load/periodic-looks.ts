import { LOOK_MS, SWEEP_MS } from "../measure/looks.ts";
import type { Clock } from "../transport/clock.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Measurement } from "./measurement.ts";
import type { OwnProcessor } from "./own-processor.ts";
import { repeatAfterEcho } from "./repeat-after-echo.ts";

/**
 * Lets a load thread look at its connections, some at a time, and at itself.
 * @param ownProcessor of a thread that never sleeps
 * @returns what ends it
 */
export function lookPeriodically(
  pool: ConnectionPool,
  measurement: Measurement,
  ownProcessor: OwnProcessor | undefined,
  { nowNs }: Clock,
  loop: LoopClock,
): () => void {
  const endLooks = repeatAfterEcho(loop, LOOK_MS, () => {
    measurement.recorder.open(pool.checkDeadlines(nowNs()));
    measurement.sampleSome();
  });
  const endSweeps = repeatAfterEcho(loop, SWEEP_MS, () => {
    measurement.lookAtThread(nowNs());
    ownProcessor?.check(pool.at(0)?.fd);
  });
  return () => {
    endLooks();
    endSweeps();
  };
}
