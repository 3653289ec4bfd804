import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { messages } from "../../lib/cli/command.ts";
import { RunFailedError } from "../../lib/errors.ts";
import { engineText, type Engine } from "../../lib/loop/engine.ts";
import { cLoad, compileCClient, ourLoad, type PutLoad, startContestant, verifyEcho } from "./rival-process.ts";
import { type Contestant, cServer, goServer, isInstalled, ourServerOn } from "./rival-servers.ts";
import type { Timing } from "../driver/measure.ts";
import { type NativeResult, renderNative } from "./native-report.ts";
import { roundsOf } from "../driver/options.ts";
import { type NativeOptions, nativeTimingOf } from "./options.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { saveFile } from "../suite/suite-folder.ts";
import { peerScenarios, selectScenarios } from "../driver/scenarios.ts";
import { scheduleJobs } from "../driver/schedule.ts";

/** A client and a server that are measured together, one of which is C's. */
interface Pairing {
  readonly side: "both" | "server" | "client";
  /** of the one that is not C's */
  readonly name: string;
  readonly commandOn: (port: number) => readonly string[];
  readonly load: PutLoad;
}

const engines = ["epoll", "bun"] as const satisfies readonly Engine[];

const nameOf = (engine: Engine): string => `echobench, ${engineText[engine]}`;

/** Makes a server ready and has it prove that it echoes. */
async function prepare({ name, prepare: build }: Contestant, folder: string, placement: Placement) {
  messages.log(`verifying ${name}`);
  const commandOn = await build(folder);
  await using server = await startContestant(commandOn, placement);
  await verifyEcho(server.port, placement);
  return commandOn;
}

async function pairUp(folder: string, placement: Placement): Promise<Pairing[]> {
  if (!isInstalled(cServer)) throw new RunFailedError("bench native: expected a C compiler, cc, on PATH");
  const inC = cLoad(placement, await compileCClient(folder));
  const cCommand = await prepare(cServer, folder, placement);
  const pairings: Pairing[] = [{ side: "both", name: "C", commandOn: cCommand, load: inC }];
  for (const engine of engines) {
    const commandOn = await prepare(ourServerOn(engine), folder, placement);
    pairings.push({ side: "server", name: nameOf(engine), commandOn, load: inC });
  }
  if (isInstalled(goServer)) {
    pairings.push({ side: "server", name: "Go", commandOn: await prepare(goServer, folder, placement), load: inC });
  }
  for (const engine of engines) {
    const load = ourLoad(placement, ["--engine", engine]);
    pairings.push({ side: "client", name: nameOf(engine), commandOn: cCommand, load });
  }
  return pairings;
}

async function measureAll(options: NativeOptions, folder: string, timing: Timing): Promise<NativeResult> {
  const placement = choosePlacement();
  const rounds = roundsOf(options);
  const pairings = await pairUp(folder, placement);
  const variants = pairings.map(({ side, name }) => `${side} ${name}`);
  const runs: NativeResult["runs"][number][] = [];
  for (const { scenario, variant, round } of scheduleJobs(
    selectScenarios(options.only, peerScenarios),
    variants,
    rounds,
  )) {
    const pairing = pairings[variants.indexOf(variant)];
    if (!pairing) continue;
    const { side, name, commandOn, load } = pairing;
    messages.log(
      `round ${round} of ${rounds}: ${scenario.name}, ${name} as ${side === "both" ? "client and server" : side}`,
    );
    await using server = await startContestant(commandOn, placement);
    runs.push({ scenario: scenario.name, side, name, round, ...(await load(scenario, timing, server.port)) });
  }
  return { rounds, timing, placement: placement.description, runs };
}

/** Measures both engines of both programs beside the same programs in C, alternately. */
export async function runNative(options: NativeOptions): Promise<string> {
  const folder = await mkdtemp(`${tmpdir()}/echobench-native-`);
  try {
    const result = await measureAll(options, folder, nativeTimingOf(options));
    const json = JSON.stringify(result, null, 2);
    if (options.out) await saveFile(options.out, "native.json", json);
    return options.format === "json" ? json : renderNative(result);
  } finally {
    await rm(folder, { recursive: true });
  }
}
