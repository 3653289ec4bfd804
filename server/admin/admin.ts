import { formatEndpoint } from "../../lib/address.ts";
import { messageOf, systemErrorCode, UnreachableError } from "../../lib/errors.ts";
import type { Monitor } from "../service/monitor.ts";
import { EventStream } from "./event-stream.ts";
import { type AdminAddress, createGate } from "./gate.ts";
import { livePage, livePolicy } from "./live-page.ts";
import { metricsType, renderMetrics } from "./metrics.ts";

const commonHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function respond(
  body: string | ReadableStream<Uint8Array>,
  type: string,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, { status, headers: { ...commonHeaders, "content-type": type, ...more } });
}

const respondText = (status: number, text: string, more: Readonly<Record<string, string>> = {}): Response =>
  respond(`${text}\n`, "text/plain; charset=utf-8", status, more);

/** The HTTP server of the live page and of the figures for programs. */
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
      // Bun's default in production would let another program of the same user listen on the port too.
      reusePort: false,
      fetch: (request) => this.#route(request, gate),
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

  async #route(request: Request, gate: ReturnType<typeof createGate>): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD")
      return respondText(405, "GET only", { allow: "GET, HEAD" });
    // The URL contains the Host header, which may be anything.
    const pathname = URL.parse(request.url)?.pathname;
    if (pathname === undefined) return respondText(400, "the Host header is not a valid host");
    // Health checks have no token, and learn only whether the server is serving.
    if (pathname === "/healthz")
      return this.#monitor.isDraining ? respondText(503, "draining") : respondText(200, "ok");
    const { headers } = request;
    switch (gate({ authorization: headers.get("authorization"), host: headers.get("host") })) {
      case "unauthorized":
        return respondText(401, "the token given by --admin-token is required", {
          "www-authenticate": 'Basic realm="echobench"',
        });
      case "forbidden":
        return respondText(403, "use an address of this machine, such as 127.0.0.1 or localhost");
      case "open":
        return this.#serve(request, pathname);
    }
  }

  async #serve(request: Request, pathname: string): Promise<Response> {
    switch (pathname) {
      case "/":
        return respond(livePage, "text/html; charset=utf-8", 200, { "content-security-policy": livePolicy });
      case "/metrics":
        return respond(await renderMetrics(this.#monitor.overview()), metricsType);
      case "/stats.json":
        return respond(JSON.stringify(this.#monitor.overview()), "application/json");
      case "/events":
        if (this.#stream.isFull) return respondText(503, "too many pages are open already");
        this.#server.timeout(request, 0);
        return respond(this.#stream.open(), "text/event-stream");
      default:
        return respondText(404, "not found; there are /, /metrics, /stats.json and /healthz");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.close();
    await this.#server.stop(true);
  }
}
