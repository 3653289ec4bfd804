import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { DCLinter } from "dclint";
import { YAML } from "bun";
import { z } from "zod";
import { Program, runTool } from "./fixtures/program.ts";
import { TemporaryFolder } from "./fixtures/temporary-folder.ts";
import { testWith } from "./fixtures/tools.ts";

const root = join(import.meta.dir, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

describe("the image", () => {
  const ignored = read(".dockerignore").trim().split("\n");
  const kept = ignored.flatMap((line) => /^!(.*)/.exec(line)?.[1] ?? []);
  const endings = ignored.flatMap((line) => /^\*\*\/\*(\..*)/.exec(line)?.[1] ?? []);

  test("is made of what .dockerignore lets through, and the program can be built from that", async () => {
    const context = folder.join("context");
    for (const name of kept) {
      cpSync(join(root, name), join(context, name), {
        recursive: true,
        filter: (path) => !endings.some((ending) => path.endsWith(ending)),
      });
    }
    const copied = [...read("Dockerfile").matchAll(/^COPY (?!--)(.*) \S+$/gm)].flatMap(([, names = ""]) =>
      names.split(" "),
    );
    expect(copied).toContain("package.json");
    for (const name of copied) expect([name, existsSync(join(context, name))]).toEqual([name, true]);
    symlinkSync(join(root, "node_modules"), join(context, "node_modules"));
    const entrypoints = ["bin/echobench.ts", "client/load/worker.ts", "server/workers/thread.ts", "bin/build.ts"];
    const built = await Bun.build({ entrypoints: entrypoints.map((path) => join(context, path)), target: "bun" });
    expect(built.logs).toEqual([]);
    expect(existsSync(join(context, "lib/result/run-result.fixture.ts"))).toBe(false);
  });

  test("takes its bases by plain names, and does not run as root", () => {
    const dockerfile = read("Dockerfile");
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name = ""]) => name);
    expect(bases).toHaveLength(2);
    for (const name of bases) expect(name).toMatch(/^[a-z]+:[\w.-]+$/);
    expect(dockerfile).toMatch(/^USER 65534:65534$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["echobench"\]$/m);
  });

  /** Runs a command as process 1 of a namespace, where no signal has a default action. */
  const asProcess1 = (...args: readonly string[]): Program =>
    new Program(["unshare", "--map-root-user", "--pid", "--fork", "--kill-child", process.execPath, ...args]);

  const process1Of = ({ child: { pid } }: Program): number =>
    Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));

  testWith("unshare")("server and client end on SIGTERM as process 1 too", async () => {
    const where = ["--host", "127.0.0.1", "--port", "0"];
    await using server = asProcess1("bin/echobench.ts", "server", "--workers", "2", ...where);
    const [, port = ""] = await server.saw(/Listening on 127\.0\.0\.1:(\d+)/);
    const load = ["--port", port, "--ndjson", "--warmup", "0s", "--interval", "100ms", "--duration", "1h"];
    await using client = asProcess1("bin/echobench.ts", "client", ...load);
    await client.saw(/"event":"interval"/);
    process.kill(process1Of(client), "SIGTERM");
    expect(await client.exited()).toBe(130);
    process.kill(process1Of(server), "SIGTERM");
    expect(await server.exited()).toBe(0);
    expect(server.stdout).toContain("Connections  1 total");
  });
});

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).default(["echobench"]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  healthcheck: z.object({ test: z.tuple([z.literal("CMD")], z.string()) }).optional(),
});

describe("deploy/compose.yaml", () => {
  const { services, volumes } = z
    .object({ services: z.record(z.string(), serviceSchema), volumes: z.record(z.string(), z.null()) })
    .parse(YAML.parse(read("deploy/compose.yaml")));
  const service = (name: string) => serviceSchema.parse(services[name]);
  const words = ({ entrypoint, command }: z.output<typeof serviceSchema>) => [...entrypoint, ...command];

  /** Runs a command of a container from the sources, with the service's variables. */
  async function run(name: string, [program, ...args]: readonly string[], ...more: readonly string[]) {
    expect(program).toBe("echobench");
    const variables = Object.entries(service(name).environment).map(
      ([key, value]) => `${key}=${value.replace(/^\$\{\w+:-(.*)\}$/, "$1")}`,
    );
    return runTool(["env", ...variables, process.execPath, "bin/echobench.ts", ...args, ...more], "");
  }

  test("follows the schema of Compose", () => {
    const rules = {
      // The image is built here, and client and server have to be the same.
      "no-build-and-image": 0,
      "service-image-require-explicit-tag": 0,
      // The server is there for other machines.
      "no-unbound-port-interfaces": 0,
    } as const;
    const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });
    const [result] = linter.lintFiles([join(root, "deploy/compose.yaml")], false);
    expect(result?.messages.filter(({ type }) => type === "error")).toEqual([]);
  });

  test.each(["server", "client"])("the %s's command line and variables are good", async (name) => {
    const { stdout, stderr, exitCode } = await run(name, words(service(name)), "--print-config");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^admin = "0\.0\.0\.0:9787" +# ECHO_/m);
    expect(exitCode).toBe(0);
  });

  test("the server's health check fails where no server is", async () => {
    const [, ...check] = service("server").healthcheck?.test ?? [];
    const { exitCode } = await run("server", check, "--port", "1");
    expect(exitCode).toBe(3);
  });

  test("every file that a container gets is there, and whatever is mounted is a file or a volume", () => {
    const mounted = Object.values(services).flatMap((each) => each.volumes.map((volume) => volume.split(":")));
    expect(mounted.length).toBeGreaterThan(4);
    for (const [source = ""] of mounted) {
      const exists = source.startsWith(".") ? existsSync(join(root, "deploy", source)) : source in volumes;
      expect([source, exists]).toEqual([source, true]);
    }
  });

  test("other images have a version, and only this machine reaches their ports", () => {
    for (const name of ["prometheus", "grafana"]) {
      expect(service(name).image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
      for (const port of service(name).ports) expect(port).toStartWith("127.0.0.1:");
    }
  });

  test("Prometheus asks server and client where they listen, with their token", () => {
    const { configs, volumes: files } = service("prometheus");
    expect(files).toContain("./prometheus.yml:/etc/prometheus/prometheus.yml:ro");
    const { scrape_configs: scrapes } = z
      .object({
        scrape_configs: z.array(
          z.object({
            authorization: z.object({ credentials_file: z.string() }),
            static_configs: z.tuple([z.object({ targets: z.array(z.string()) })]),
          }),
        ),
      })
      .parse(YAML.parse(read("deploy/prometheus.yml")));
    expect(scrapes.flatMap(({ static_configs: [{ targets }] }) => targets)).toEqual(["server:9787", "client:9787"]);
    for (const { authorization } of scrapes)
      expect(configs).toEqual([{ source: "token", target: authorization.credentials_file }]);
  });

  test("Grafana finds Prometheus and every dashboard", () => {
    const target = new Map(service("grafana").volumes.map((each) => each.split(":") as [string, string]));
    const { datasources } = z
      .object({ datasources: z.tuple([z.object({ url: z.url(), type: z.literal("prometheus") })]) })
      .parse(YAML.parse(read("deploy/grafana/datasources.yml")));
    expect(new URL(datasources[0].url).host).toBe("prometheus:9090");
    expect(target.get("./grafana/datasources.yml")).toStartWith("/etc/grafana/provisioning/datasources/");
    expect(target.get("./grafana/dashboards.yml")).toStartWith("/etc/grafana/provisioning/dashboards/");
    const { providers } = z
      .object({ providers: z.tuple([z.object({ options: z.object({ path: z.string() }) })]) })
      .parse(YAML.parse(read("deploy/grafana/dashboards.yml")));
    const dashboards = [
      target.get("../docs/grafana-dashboard.json"),
      target.get("../docs/grafana-load-dashboard.json"),
    ];
    for (const path of dashboards) expect(dirname(path ?? "")).toBe(providers[0].options.path);
    expect(dashboards).toContain(service("grafana").environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
  });
});
