import { expect, test } from "bun:test";
import { judgeProof, type ProofRun } from "./proof.ts";

const run = (kind: ProofRun["kind"], outcome: ProofRun["outcome"], engine = "bun"): ProofRun => ({
  engine,
  kind,
  outcome,
});
const good = [run("same", "no regression"), run("slowed", "regression")];

test.each<[string, ProofRun[], string[], boolean]>([
  ["both directions on the engine", good, ["bun"], true],
  ["a false alarm", [...good, run("same", "regression")], ["bun"], false],
  ["a slow-down that was missed", [...good, run("slowed", "no regression")], ["bun"], false],
  ["a slow-down that could not be judged", [...good, run("slowed", "inconclusive")], ["bun"], false],
  ["a comparison with itself that could not be judged", [...good, run("same", "inconclusive")], ["bun"], false],
  ["measurements that failed", [...good, run("same", "incomplete")], ["bun"], false],
  ["one direction only", good.slice(0, 1), ["bun"], false],
  ["an engine that was not reached", good, ["bun", "epoll"], false],
  ["nothing at all", [], [], false],
])("%s", (_name, runs, engines, isProven) => {
  const proof = judgeProof(runs, engines, 0.1, false);
  expect(proof.isProven).toBe(isProven);
  expect(proof.text).toContain(isProven ? "PROVEN  every" : "NOT PROVEN");
});

test.each<[string, ProofRun[]]>([
  ["before the first comparison", []],
  ["after comparisons that found what they had to find", good],
])("what was stopped %s proves nothing, and says nothing against the machine", (_when, runs) => {
  const proof = judgeProof(runs, ["bun"], 0.1, true);
  expect(proof.isProven).toBe(false);
  expect(proof.text).toEndWith("INTERRUPTED  nothing is proven\n");
});
