import { checkProbe, probeTargets } from "../client/probe/probe-targets.ts";
import { probeOptions } from "../client/probe/options.ts";
import type { ProbeResult } from "../client/probe/result.ts";
import { collectTargets } from "../client/probe/targets.ts";
import { type CallSettings, signalOf } from "./call-settings.ts";
import { type OptionsInput, readOptions } from "./options.ts";

/** Options that belong to the program: where its report goes, and targets from a file. */
const without = ["json", "quiet", "config", "targets"] as const;

/** The options of `echobench probe`, without those of its report. */
export type ProbeOptions = Omit<OptionsInput<typeof probeOptions, (typeof without)[number]>, "target">;

/**
 * Finds out whether echo servers can be reached, and if not, why.
 * @param targets `host:port`, or a range as `host:7000-7010`; several in an array
 * @throws UsageError when a target or an option is wrong
 * @throws InterruptedError when it was ended before anything was clear
 */
export async function probe(
  targets: string | readonly string[],
  options: ProbeOptions = {},
  settings: CallSettings = {},
): Promise<ProbeResult> {
  const signal = signalOf(settings);
  const resolved = readOptions({ schema: probeOptions, without }, { ...options, target: [targets].flat() });
  const collected = collectTargets(resolved.target, undefined);
  checkProbe(resolved, collected);
  return probeTargets(resolved, collected, () => signal, { onPing() {}, onDone() {} });
}
