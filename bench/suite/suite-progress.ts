import { messages } from "../../lib/cli/command.ts";
import { formatCount, formatDuration, formatLatency } from "../../lib/text/format-units.ts";
import type { Job } from "../driver/schedule.ts";
import type { RunnerObserver } from "./runner.ts";
import type { SuiteFolder } from "./suite-folder.ts";

const nameOf = ({ scenario, variant }: Job, hasVariants: boolean): string =>
  hasVariants ? `${scenario.name} (${variant})` : scenario.name;

function warn(warnings: readonly string[]): void {
  for (const warning of warnings) messages.warn(warning);
}

/** Reports progress, figures and the remaining time on standard error, and saves each measurement in the folder. */
export function progressOf(folder: SuiteFolder, rounds: number, hasVariants: boolean): RunnerObserver {
  const startedMs = performance.now();
  return {
    onStart: ({ doubts }) => warn(doubts),
    onEnd: warn,
    onNext(job, done, total) {
      const meanMs = (performance.now() - startedMs) / done;
      const left = done === 0 ? "" : `, ${formatDuration(meanMs * (total - done))} left`;
      messages.log(`round ${job.round} of ${rounds}: ${nameOf(job, hasVariants)}${left}`);
    },
    async onMeasured(job, measurement, suite) {
      const { throughput, rttNs } = measurement.result;
      messages.log(
        `  ${formatCount(throughput.messagesPerSecond)} messages/s, p50 ${formatLatency(rttNs.p50)}, p99 ${formatLatency(rttNs.p99)}`,
      );
      await folder.keep(job, measurement, suite);
    },
    onFailed(job, reason) {
      messages.error(`${nameOf(job, hasVariants)}, round ${job.round}: ${reason}`);
    },
  };
}
