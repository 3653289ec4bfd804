import { isLoopback } from "../address/address.ts";
import { exitCodes } from "../errors.ts";
import { plural } from "../text/format-units.ts";
import { optionText } from "./option-text.ts";
import { hasMessages } from "./load-modes.ts";
import type { RunResult } from "./run-result.ts";

/**
 * Every option of the client that shapes the load, with the value that a result without it was measured with; null
 * where such a result had none. Results are comparable when all of these agree.
 */
export const loadOptions: Readonly<Record<string, unknown>> = {
  ...{ mode: "echo", conns: 1, size: 1_024, pipeline: 1, rate: null, bitrate: null, stages: null, arrival: "constant" },
  ...{ duration: null, messages: null, bytes: null, warmup: null, ramp: 0 },
  ...{ engine: null, busyPoll: "off", threads: 1, payload: "random", expectTransform: "none", verify: true },
  ...{ buffer: null, sndbuf: null, rcvbuf: null, noDelay: true, tls: false },
  ...{ congestion: null, dscp: null, mss: null, pacingRate: null, notsentLowat: null, mptcp: false, fastopen: false },
};

/** Every option of the client that may differ between comparable results: where, how it is reported, what it tolerates. */
export const incidentalOptions: ReadonlySet<string> = new Set([
  ...[
    "host",
    "port",
    "discard",
    "chargen",
    "serverCommand",
    "unix",
    "bind",
    "ipv4",
    "ipv6",
    "cpu",
    "timeout",
    "connectTimeout",
    "reconnect",
    "seed",
  ],
  ...["startAt", "startLate", "shard"],
  ...["device", "userTimeout", "sourcePort"],
  ...["tlsCa", "tlsCert", "tlsKey", "tlsServerName", "tlsFingerprint", "insecure"],
  ...[
    "expect",
    "abortOn",
    "interval",
    "ndjson",
    "json",
    "csv",
    "hdr",
    "prometheus",
    "html",
    "quiet",
    "label",
    "serverStats",
    "admin",
    "adminToken",
    "serverStatsToken",
    "config",
  ],
]);

/** The part of a result that says what was measured, and under which circumstances. */
type Described = Pick<RunResult, "options" | "target" | "tls" | "environment">;

/** What agrees between comparable results, apart from options. */
const circumstances: Readonly<Record<string, (result: Described) => unknown>> = {
  network: ({ target: { family, address } }) => (family !== "unix" && isLoopback(address) ? "loopback" : family),
  protocol: ({ tls }) => tls?.protocol ?? null,
  cipher: ({ tls }) => tls?.cipher ?? null,
  os: ({ environment }) => environment.os,
  arch: ({ environment }) => environment.arch,
  cpu: ({ environment }) => environment.cpu,
  cores: ({ environment }) => environment.cores,
};

/** `connectTimeout` as `connect-timeout`, the way options are written. */
const kebab = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The names of everything in which comparable results agree. */
export const aspectNames: readonly string[] = [...Object.keys(loadOptions).map(kebab), ...Object.keys(circumstances)];

/** What was measured, and under which circumstances: a name and a value for each aspect, ordered by name. */
export type Aspects = ReadonlyMap<string, string>;

/** Reads the aspects of a result. An option that this version does not know is one: it may shape the load. */
export function aspectsOf(result: Described): Aspects {
  const own = Object.entries(result.options).filter(([key]) => !incidentalOptions.has(key));
  const options = Object.entries({ ...loadOptions, ...Object.fromEntries(own) });
  const all = [
    ...options.map(([key, value]) => [kebab(key), optionText(value)] as const),
    ...Object.entries(circumstances).map(([name, read]) => [name, optionText(read(result))] as const),
  ];
  return new Map(all.toSorted(([first], [second]) => (first < second ? -1 : 1)));
}

/** Those aspects that are the load, without the circumstances. */
export const loadAspects = (aspects: Aspects): Aspects =>
  new Map([...aspects].filter(([name]) => !Object.hasOwn(circumstances, name)));

/** A key that is the same for comparable results. @param across names of aspects that may differ */
export const aspectsKey = (aspects: Aspects, across: ReadonlySet<string> = new Set()): string =>
  JSON.stringify([...aspects].filter(([name, value]) => !across.has(name) && value !== "none"));

/** How two loads differ: `engine (epoll, bun)`, one for each aspect. */
export function differencesOf(first: Aspects, second: Aspects): string[] {
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [first.get(name) ?? "none", second.get(name) ?? "none"];
    return one === other ? [] : [`${name} (${one}, ${other})`];
  });
}

/** A window this much shorter than asked for was cut. */
const CUT_SHARE = 0.9;

const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

function errorText({ total, byKind }: RunResult["errors"]): string {
  const kinds = Object.entries(byKind).map(([kind, count]) => `${kind} ${count}`);
  return `${plural(total, "error")}${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`;
}

function missingConnections({ options, totals }: RunResult): string {
  const asked = options["mode"] === "churn" ? 0 : numberOf(options["conns"]);
  return totals.connections < asked ? `only ${totals.connections} of ${plural(asked, "connection")} were open` : "";
}

function cutWindow({ options, window, totals }: RunResult): string {
  // --messages and --bytes end a run when they are reached, however early.
  const hasOtherLimit = [
    [options["messages"], totals.messages],
    [options["bytes"], totals.bytesReceived],
  ].some(([limit, reached]) => numberOf(limit) > 0 && numberOf(reached) >= numberOf(limit));
  const asked = hasOtherLimit ? 0 : numberOf(options["duration"]);
  return window.durationMs < asked * CUT_SHARE ? `its window was cut to ${window.durationMs} of ${asked} ms` : "";
}

/** Whether all bytes that a result counts were compared with what was sent. */
export const isVerified = ({ options }: RunResult): boolean => options["verify"] === true;

/** Whether a result has anything that it measured: bytes for a stream, messages for all others. */
const isEmpty = ({ options, totals }: RunResult): boolean =>
  (hasMessages(options["mode"]) ? totals.messages : totals.bytesReceived) === 0;

/** Why the run of a result did not go as planned, in words; undefined if it did. */
export function failureOf(result: RunResult): string | undefined {
  const { verdict, errors, expectations, aborted } = result;
  const broken = expectations.filter(({ ok }) => !ok).map(({ expression }) => expression);
  const reasons = [
    result.exitCode === exitCodes.shardsIncomplete ? result.reason : "",
    errors.total > 0 ? errorText(errors) : "",
    aborted ? `--abort-on ${aborted.expression} ended it` : "",
    broken.length > 0 ? `broke ${broken.join(", ")}` : "",
    verdict === "interrupted" ? "it was interrupted" : "",
    isEmpty(result) ? "nothing was measured" : "",
    missingConnections(result),
    cutWindow(result),
  ].filter(Boolean);
  if (reasons.length > 0) return reasons.join(", ");
  return verdict === "fail" ? "it failed" : undefined;
}

/** Why a result is no basis for a comparison, in words; undefined if it is one. */
export const unsoundness = (result: RunResult): string | undefined =>
  failureOf(result) ?? (isVerified(result) ? undefined : "its bytes were not verified");
