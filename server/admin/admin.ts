import { formatEndpoint } from "../../lib/address.ts";
import { messageOf, systemErrorCode, UnreachableError } from "../../lib/errors.ts";
import type { Monitor } from "../service/monitor.ts";
import type { AdminAddress } from "./address.ts";
import { EventStream } from "./event-stream.ts";
import { createGate } from "./gate.ts";
import { livePage, livePolicy } from "./live-page.ts";
import { metricsType, renderMetrics } from "./metrics.ts";

const always = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function answer(
  body: string | ReadableStream<Uint8Array>,
  type: string,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...always, "content-type": type, ...more } });
}

const say = (status: number, text: string, more: Readonly<Record<string, string>> = {}): Response =>
  answer(`${text}\n`, "text/plain; charset=utf-8", status, more);

/** The server's web page, and its figures for programs. */
export class Admin implements AsyncDisposable {
  /** such as `http://127.0.0.1:9787/` */
  readonly url: string;
  readonly #server: Bun.Server<undefined>;
  readonly #monitor: Monitor;
  readonly #stream: EventStream;

  private constructor(address: AdminAddress, token: string | undefined, monitor: Monitor) {
    this.#monitor = monitor;
    this.#stream = new EventStream(monitor);
    const gate = createGate(token);
    this.#server = Bun.serve({
      hostname: address.host,
      port: address.port,
      development: false,
      // In production Bun would let another program of the same user have the port too.
      reusePort: false,
      fetch: (request) => this.#answer(request, gate),
    });
    this.url = `http://${formatEndpoint(address.host, this.#server.port ?? address.port)}/`;
  }

  /** @throws UnreachableError when it cannot listen there */
  static start(address: AdminAddress, token: string | undefined, monitor: Monitor): Admin {
    try {
      return new Admin(address, token, monitor);
    } catch (error) {
      const where = `--admin "${formatEndpoint(address.host, address.port)}"`;
      const isTaken = systemErrorCode(error) === "EADDRINUSE";
      throw new UnreachableError(`${where}: ${isTaken ? "port is already in use" : messageOf(error)}`);
    }
  }

  async #answer(request: Request, gate: ReturnType<typeof createGate>): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, "GET only", { allow: "GET, HEAD" });
    // The Host header is part of it, and may be anything.
    const pathname = URL.parse(request.url)?.pathname;
    if (pathname === undefined) return say(400, "the Host header is no host");
    // Says nothing but whether it serves, and is asked by what has no token.
    if (pathname === "/healthz") return this.#monitor.isDraining ? say(503, "draining") : say(200, "ok");
    const { headers } = request;
    switch (gate({ authorization: headers.get("authorization"), host: headers.get("host") })) {
      case "unauthorized":
        return say(401, "the token of --admin-token is needed", { "www-authenticate": 'Basic realm="echobench"' });
      case "forbidden":
        return say(403, "ask by an address of this machine, such as 127.0.0.1 or localhost");
      case "open":
        return this.#show(request, pathname);
    }
  }

  async #show(request: Request, pathname: string): Promise<Response> {
    switch (pathname) {
      case "/":
        return answer(livePage, "text/html; charset=utf-8", 200, { "content-security-policy": livePolicy });
      case "/metrics":
        return answer(await renderMetrics(this.#monitor.overview()), metricsType);
      case "/stats.json":
        return answer(JSON.stringify(this.#monitor.overview()), "application/json");
      case "/events":
        if (this.#stream.isFull) return say(503, "too many pages listen already");
        this.#server.timeout(request, 0);
        return answer(this.#stream.open(), "text/event-stream");
      default:
        return say(404, "there are /, /metrics, /stats.json and /healthz");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.close();
    await this.#server.stop(true);
  }
}
