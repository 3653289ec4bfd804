import { standardError } from "../../lib/process/standard-streams.ts";
import { StatusLine } from "../../lib/process/terminal.ts";
import { stripBrackets } from "../../lib/address/address.ts";
import { programCommand } from "../../lib/cli/command.ts";
import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { checkDistinct, print, reportLoss, reportOnStdout } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { eventLoopTimers, repeat, timeLimit } from "../../lib/timers.ts";
import { describeAbout } from "../../lib/result/result-shape.ts";
import { answerExitCode, reportWidth, writeAnswer } from "../report/answer.ts";
import { connectBun } from "../transport/bun-transport.ts";
import { readTlsSettings } from "../options/tls-options.ts";
import { findHeartbeatTarget } from "../reach/heartbeat-target.ts";
import { formatAddress } from "../transport/target.ts";
import { idleAnswer, isStable, soakAnswer } from "./answer.ts";
import type { SoakEvent, SoakSetting } from "./events.ts";
import { type IdleFinding, scanIdle } from "./idle-scan.ts";
import { checkJournal, Journal, readJournal } from "./journal.ts";
import { type HeartbeatAttempt, type HeartbeatSettings, openHeartbeat } from "../reach/heartbeat.ts";
import { checkSoakOptions, soakConflicts, type SoakOptions, soakOptions, soakSections } from "./options.ts";
import { renderEvent, renderIdleScan, renderSoak, renderSoakProgress, renderTrial } from "./report.ts";
import { type IdleScanResult, idleScanResultSchema, type SoakResult, soakResultSchema } from "./result.ts";
import { soak } from "./soak.ts";
import { SoakSummary } from "./summary.ts";

const REDRAW_MS = 1_000;

/** ms since 1970; does not jump when the clock is set. */
const nowMs = (): number => performance.timeOrigin + performance.now();

function buildSoakResult(summary: SoakSummary, options: object, isInterrupted: boolean): SoakResult {
  const { setting, figures } = summary;
  if (!setting) throw new Error("expected a start event");
  const { sent, echoed, startedAt, ...rest } = figures;
  return soakResultSchema.parse({
    schema: "echobench.soak/1",
    ...describeAbout(new Date(startedAt)),
    ...soakAnswer(figures, setting.connections),
    verdict: isInterrupted ? "interrupted" : isStable(figures) ? "pass" : "fail",
    ...{ target: setting.target, connections: setting.connections, options, heartbeats: { sent, echoed }, ...rest },
  });
}

/** @param wasShown whether the events were shown as they happened */
async function writeSoak(options: SoakOptions, result: SoakResult, wasShown: boolean): Promise<ExitCode> {
  const gap = wasShown && result.events.length > 0 ? "\n" : "";
  await writeAnswer(options.json, result, `${gap}${renderSoak(result, reportWidth(), !wasShown)}`);
  return answerExitCode(result.verdict, exitCodes.runFailed);
}

/** The options without those of other kinds of run. */
function toResolved(options: SoakOptions, ...omitted: ReadonlyArray<keyof SoakOptions>): Record<string, unknown> {
  const without = new Set<string>(["config", "resumeReport", ...omitted]);
  return Object.fromEntries(Object.entries(options).filter(([key]) => !without.has(key)));
}

/** Shows events as lines, above a progress line on a terminal. */
function createScreen(options: SoakOptions, summary: SoakSummary, connections: number) {
  const isQuiet = options.quiet || options.json === "-";
  const hasLine = standardError.canRedraw && !isQuiet;
  const progress = new StatusLine(standardError);
  const draw = (): void => progress.update([renderSoakProgress(summary.figures, connections)]);
  const end = hasLine ? repeat(eventLoopTimers, REDRAW_MS, draw) : () => {};
  return {
    show(event: SoakEvent): void {
      const line = isQuiet ? undefined : renderEvent(event);
      if (line !== undefined) void print(`${line}\n`);
    },
    [Symbol.dispose](): void {
      end();
      progress.clear();
    },
  };
}

const loseEvents = (problem: string): void => reportLoss(`--journal: no more events are written: ${problem}`);

const connector = (heartbeats: HeartbeatSettings) => (): HeartbeatAttempt =>
  openHeartbeat(connectBun, heartbeats, Bun.nanoseconds);

async function watch(options: SoakOptions, heartbeats: HeartbeatSettings, stop: AbortSignal): Promise<ExitCode> {
  const { conns, every, stall, timeout, duration } = options;
  const target = formatAddress(heartbeats.address);
  const setting: SoakSetting = { target, connections: conns, everyMs: every, stallMs: stall, timeoutMs: timeout };
  const summary = new SoakSummary();
  using journal = options.journal === undefined ? undefined : new Journal(options.journal, loseEvents);
  using ended = timeLimit(duration ?? Number.POSITIVE_INFINITY, stop);
  {
    using screen = createScreen(options, summary, conns);
    const onEvent = (event: SoakEvent): void => {
      journal?.write(event);
      summary.add(event);
      screen.show(event);
    };
    await soak(
      setting,
      { ...eventLoopTimers, nowMs, connect: connector(heartbeats), onEvent, hurry: stop },
      ended.signal,
    );
  }
  const resolved = toResolved(options, "idleScan", "maxIdle");
  return writeSoak(options, buildSoakResult(summary, resolved, stop.aborted), !options.quiet);
}

function verdictOfScan({ kind }: IdleFinding): IdleScanResult["verdict"] {
  if (kind === "interrupted") return "interrupted";
  return kind === "none" ? "pass" : "fail";
}

async function scan(options: SoakOptions, heartbeats: HeartbeatSettings, stop: AbortSignal): Promise<ExitCode> {
  const startedAt = nowMs();
  const isQuiet = options.quiet || options.json === "-";
  const finding = await scanIdle(options.maxIdle, {
    ...{ ...eventLoopTimers, nowMs, timeoutMs: options.timeout, stop },
    connect: connector(heartbeats),
    onTrial: (trial) => void (isQuiet || print(`${renderTrial(trial)}\n`)),
  });
  const { answer, advice } = idleAnswer(finding);
  const result = idleScanResultSchema.parse({
    schema: "echobench.idle-scan/1",
    ...describeAbout(new Date(startedAt)),
    ...{ answer, advice, verdict: verdictOfScan(finding), target: formatAddress(heartbeats.address) },
    options: toResolved(options, "conns", "every", "duration", "stall", "journal"),
    durationMs: nowMs() - startedAt,
    aliveMs: "aliveMs" in finding ? finding.aliveMs : "testedMs" in finding ? finding.testedMs : 0,
    deadMs: "deadMs" in finding ? finding.deadMs : null,
    how: "how" in finding ? finding.how : null,
    isProbed: "isProbed" in finding && finding.isProbed,
  });
  await writeAnswer(options.json, result, `${isQuiet ? "" : "\n"}${renderIdleScan(result, reportWidth())}`);
  return answerExitCode(result.verdict, exitCodes.runFailed);
}

/** Reports on a journal. */
async function report(options: SoakOptions, file: string): Promise<ExitCode> {
  const summary = new SoakSummary();
  readJournal(file, (event) => summary.add(event));
  return writeSoak(options, buildSoakResult(summary, { ...summary.setting }, false), false);
}

async function runSoak(options: SoakOptions): Promise<ExitCode> {
  checkSoakOptions(options);
  const { resumeReport } = options;
  if (resumeReport !== undefined) return report(options, resumeReport);
  if (options.journal !== undefined) {
    checkDistinct([["--journal", options.journal]], [reportOnStdout]);
    checkJournal(options.journal);
  }
  const tls = readTlsSettings(options, stripBrackets(options.host));
  const stop = watchStop();
  const heartbeats = await findHeartbeatTarget(options, tls, stop);
  return options.idleScan ? scan(options, heartbeats, stop) : watch(options, heartbeats, stop);
}

/** `client soak` as a command. */
export const soakCommand = programCommand({
  name: "echo-client soak",
  command: "bun run client soak",
  summary: "watches for hours whether connections stay up: breaks, stalls, outages, patterns",
  sections: soakSections,
  schema: soakOptions,
  conflicts: soakConflicts,
  examples: [
    ["bun run client soak --host 10.0.0.2 --conns 4 --journal soak.log", "until Ctrl+C; even kill -9 loses nothing"],
    ["bun run client soak --resume-report soak.log", "a report on the journal, even while the soak goes on"],
    ["bun run client soak --host 10.0.0.2 --duration 8h --json night.json", "one night, with the result in a file"],
    ["bun run client soak --host 10.0.0.2 --idle-scan", "after which idle time is a connection forgotten?"],
  ],
  notes: [
    "Exit codes: 0 stable, 1 a connection broke or stalled, or idle connections end, 2 wrong usage, 3 could not connect, 130 interrupted (the result so far is still reported).",
  ],
  run: runSoak,
});
