import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { runResultSchema } from "../lib/result/run-result.ts";
import { installProgram } from "./fixtures/installed-program.ts";
import { runClient, runTool, ServerProgram } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";

const manifests = join(import.meta.dir, "..", "deploy/kubernetes");
const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());
const searchPath = installProgram(folder);

const read = (name: string): string => readFileSync(join(manifests, name), "utf8");

const kustomizationSchema = z.strictObject({
  apiVersion: z.literal("kustomize.config.k8s.io/v1beta1"),
  kind: z.literal("Kustomization"),
  resources: z.array(z.string()),
  configMapGenerator: z.tuple([z.strictObject({ name: z.string(), envs: z.array(z.string()) })]),
  images: z.tuple([z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })]),
});

const labelsSchema = z.record(z.string(), z.string());

const containerSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.tuple([z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })]),
  // A number here is what the API refuses most often.
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  resources: z.strictObject({ requests: z.strictObject({ cpu: z.string(), memory: z.string() }) }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.tuple([z.strictObject({ name: z.string(), mountPath: z.literal("/tmp") })]),
});

const podSchema = z.strictObject({
  // Of an Indexed Job with a limit for each index, only this is allowed.
  restartPolicy: z.literal("Never"),
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  affinity: z.strictObject({
    podAntiAffinity: z.strictObject({
      requiredDuringSchedulingIgnoredDuringExecution: z.tuple([
        z.strictObject({
          topologyKey: z.literal("kubernetes.io/hostname"),
          labelSelector: z.strictObject({ matchLabels: labelsSchema }),
        }),
      ]),
    }),
  }),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
  }),
  containers: z.tuple([containerSchema]),
  volumes: z.tuple([z.strictObject({ name: z.string(), emptyDir: z.strictObject({}) })]),
});

const jobSchema = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    completionMode: z.literal("Indexed"),
    completions: z.int().positive(),
    parallelism: z.int().positive(),
    backoffLimitPerIndex: z.literal(0),
    template: z.strictObject({ metadata: z.strictObject({ labels: labelsSchema }), spec: podSchema }),
  }),
});

const kustomization = kustomizationSchema.parse(parse(read("kustomization.yaml")));
const { spec } = jobSchema.parse(parse(read("job.yaml")));
const pod = spec.template.spec;
const [container] = pod.containers;

/** The variables of the files of the ConfigMap, as kustomize reads them. */
function loadVariables(): Readonly<Record<string, string>> {
  const lines = kustomization.configMapGenerator[0].envs.flatMap((name) => read(name).split("\n"));
  const set = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(set.map((line) => line.split(/=(.*)/, 2)));
}

describe("the manifests of Kubernetes", () => {
  test("refer to each other and to files that are there", () => {
    const [{ name, envs }] = kustomization.configMapGenerator;
    for (const file of [...kustomization.resources, ...envs])
      expect([file, existsSync(join(manifests, file))]).toEqual([file, true]);
    expect(container.envFrom[0].configMapRef.name).toBe(name);
    expect(kustomization.images[0].name).toBe(container.image);
    expect(container.volumeMounts[0].name).toBe(pod.volumes[0].name);
    const [{ labelSelector }] = pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(spec.template.metadata.labels).toEqual(labelSelector.matchLabels);
  });

  test("have the shards of one load, each on a node and once, with a result alone in the log", async () => {
    expect(container.env).toEqual([{ name: "ECHO_CLIENT_SHARDS", value: String(spec.completions) }]);
    expect(spec.parallelism).toBe(spec.completions);
    await using server = await ServerProgram.start();
    const variables = {
      ...loadVariables(),
      ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
      ...{ ECHO_CLIENT_HOST: "127.0.0.1", ECHO_CLIENT_PORT: String(server.port), ECHO_CLIENT_DURATION: "1s" },
      ...{ ECHO_CLIENT_CONNS: "6", ECHO_CLIENT_RATE: "300/s", PATH: searchPath },
      ECHO_CLIENT_START_AT: new Date(Date.now() + 6_000).toISOString(),
    };
    const logs = await Promise.all(
      Array.from({ length: spec.completions }, (_, index) =>
        runPod({ ...variables, JOB_COMPLETION_INDEX: String(index) }),
      ),
    );
    expect(logs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(logs.map(() => [0, ""]));
    const results = logs.map(({ stdout }, index) => folder.write(`pod-${index}`, stdout));
    const { exitCode, stdout } = await runClient("merge", ...results, "--shards", "3", "--json");
    expect(exitCode).toBe(0);
    expect(runResultSchema.parse(JSON.parse(stdout)).totals.connections).toBe(6);
  });

  /** Runs the command of the container. Its messages go to a file, as they would on a node. */
  function runPod(variables: Readonly<Record<string, string>>) {
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const command = container.command.map((word) => word.replace("/dev/termination-log", folder.join("messages")));
    return runTool(["env", "-i", ...environment, ...command], "");
  }

  test("have options of the client in their load, and a start that is given anew for each run", async () => {
    const variables = { ...loadVariables(), PATH: searchPath };
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const late = await runTool(["env", "-i", ...environment, "echobench", "client", "--shard", "1/3"], "");
    expect([late.exitCode, late.stderr]).toEqual([2, expect.stringMatching(/--start-at|ECHO_CLIENT_START_AT/)]);
    expect(late.stderr).not.toContain("no option has this variable");
  });
});
