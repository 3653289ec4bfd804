import { median } from "simple-statistics";
import { failureOf, isVerified } from "../../lib/result/comparability.ts";
import { plural } from "../../lib/text/format-units.ts";
import { type Metric, metrics, valuesOf } from "../compare/metrics.ts";
import type { Measurement, Suite, SuiteScenario } from "../suite/suite.ts";

const failed = ({ result }: Measurement): boolean => failureOf(result) !== undefined;

/** The measurements that went as planned. */
const soundOf = ({ measurements }: SuiteScenario): Measurement[] => measurements.filter((each) => !failed(each));

/** The same suite, only with the measurements that went as planned. */
export const withoutFailures = (suite: Suite): Suite => ({
  ...suite,
  scenarios: suite.scenarios.map((scenario) => ({ ...scenario, measurements: soundOf(scenario) })),
});

/** Metrics that every suite shows, if only as a dash. */
const usual = new Set(["messages/s", "p50", "p99", "server CPU", "client CPU"]);

const shownMetrics = (scenarios: readonly SuiteScenario[]): Metric[] =>
  metrics.filter(
    (metric) => usual.has(metric.name) || scenarios.some((each) => valuesOf(metric, soundOf(each)).length > 0),
  );

/** The titles of a suite's table. */
export const suiteTitles = (scenarios: readonly SuiteScenario[]): string[] => [
  ...["scenario", "load", "runs"],
  ...shownMetrics(scenarios).map(({ name }) => name),
];

/** A row of medians for each scenario, over the runs that went as planned. */
export function suiteRows(scenarios: readonly SuiteScenario[]): string[][] {
  const shown = shownMetrics(scenarios);
  return scenarios.map((scenario) => {
    const sound = soundOf(scenario);
    const medians = shown.map((metric) => {
      const values = valuesOf(metric, sound);
      return values.length === 0 ? "–" : metric.format(median(values));
    });
    return [scenario.name, scenario.load, String(sound.length), ...medians];
  });
}

const all = ({ scenarios }: Suite): Measurement[] => scenarios.flatMap(({ measurements }) => measurements);

/** The measurements that failed, each with the reason. */
export const failuresOf = ({ scenarios }: Suite): string[] =>
  scenarios.flatMap(({ name, measurements }) =>
    measurements.flatMap(({ round, result }) => {
      const reason = failureOf(result);
      return reason ? [`${name}, round ${round}: ${reason}`] : [];
    }),
  );

/** How many runs there are of each kind: `3`, or `2 to 3`. */
function countText(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(most) : `${least} to ${most}`;
}

/** Whether kinds of measurements took turns, judged by when they started. */
function areInterleaved({ scenarios }: Suite): boolean {
  const starts = scenarios.flatMap(({ name, measurements }) =>
    measurements.map(({ variant, result }) => ({ kind: `${name}\n${variant}`, atMs: Date.parse(result.startedAt) })),
  );
  const ordered = starts.toSorted((one, other) => one.atMs - other.atMs);
  const changes = ordered.filter(({ kind }, i) => kind !== ordered[i - 1]?.kind).length;
  const kinds = new Set(ordered.map(({ kind }) => kind)).size;
  return kinds > 1 && changes > kinds;
}

function roundsText(suite: Suite): string {
  const kinds = suite.scenarios.flatMap((scenario) => {
    const own = Map.groupBy(soundOf(scenario), ({ variant }) => variant);
    return [...own.values()].map(({ length }) => length);
  });
  if (kinds.length === 0) return all(suite).length === 0 ? "Nothing was measured." : "No run went as planned.";
  if (Math.max(...kinds) === 1) return "Single runs.";
  return `Medians of ${countText(kinds)} ${areInterleaved(suite) ? "interleaved rounds" : "runs"}.`;
}

function verificationText(suite: Suite): string {
  const sound = all(suite).filter((each) => !failed(each));
  const verified = sound.filter(({ result }) => isVerified(result)).length;
  if (sound.length === 0) return "";
  if (verified === sound.length) return "Every byte was verified.";
  if (verified === 0) return "Bytes were counted, not verified.";
  return `Every byte was verified in ${verified} of ${plural(sound.length, "run")}; in the others bytes were only counted.`;
}

/** Text as a sentence of its own; nothing for what is unknown. */
const sentence = (text: string): string =>
  text === "placement unknown" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What the figures of a suite are and what was verified, in sentences that follow from its measurements. */
export const methodSentences = (suite: Suite): string =>
  [roundsText(suite), verificationText(suite), sentence(suite.placement)].filter(Boolean).join(" ");
