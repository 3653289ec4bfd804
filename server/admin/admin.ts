import { lookup } from "node:dns/promises";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:net";
import { formatEndpoint, isLoopback } from "../../lib/address.ts";
import { messageOf, systemErrorCode, UnreachableError, UsageError } from "../../lib/errors.ts";
import { toJson } from "../../lib/harmless.ts";
import { sideCapacity } from "../../lib/posix/descriptors.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { Monitor } from "../service/monitor.ts";
import type { AdminAddress } from "./address.ts";
import { ConnectionCap } from "./connection-cap.ts";
import { EventStream } from "./event-stream.ts";
import { createGate, type RequestHead } from "./gate.ts";
import { livePage, livePolicy } from "./live-page.ts";
import { metricsType, renderMetrics } from "./metrics.ts";

const MAX_HEADER_BYTES = 8 * 1_024;

/** Each connection has one request, so that none is held open between two. */
const commonHeaders = {
  connection: "close",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

type Headers = Readonly<Record<string, string>>;

function respond(response: ServerResponse, status: number, type: string, body: string, more: Headers = {}): void {
  response.writeHead(status, { ...commonHeaders, "content-type": type, ...more }).end(body);
}

const respondText = (response: ServerResponse, status: number, text: string, more: Headers = {}): void =>
  respond(response, status, "text/plain; charset=utf-8", `${text}\n`, more);

/** What some refusals tell the client besides. */
const refusalHeaders: Readonly<Record<number, Headers>> = {
  401: { "www-authenticate": 'Basic realm="echobench"' },
  405: { allow: "GET, HEAD" },
};

function headOf({ method = "", url = "", rawHeaders }: IncomingMessage): RequestHead {
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ""] as const] : [],
  );
  return { method, target: url, headers };
}

/**
 * The address that a host stands for.
 * @throws UsageError when it is to be of this machine only, and the name is of another address
 */
async function resolveHost({ host, port }: AdminAddress, hasToken: boolean): Promise<string> {
  const { address } = await lookup(host);
  if (hasToken || isLoopback(address)) return address;
  const where = `--admin "${formatEndpoint(host, port)}"`;
  throw new UsageError(
    `${where}: expected with --admin-token, since ${host} is ${address} here, not this machine only`,
  );
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Exclusive, since another program of the same user could listen on the port too otherwise.
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** The HTTP server of the live page and of the figures for programs. */
export class Admin implements AsyncDisposable {
  readonly #monitor: Monitor;
  readonly #gate: ReturnType<typeof createGate>;
  readonly #cap: ConnectionCap;
  readonly #stream: EventStream;
  readonly #listener: Server;
  #url = "";

  private constructor(token: string | undefined, monitor: Monitor) {
    const capacity = sideCapacity();
    this.#monitor = monitor;
    this.#gate = createGate(token);
    this.#cap = new ConnectionCap(capacity, eventLoopTimers);
    this.#stream = new EventStream(monitor, Math.ceil(capacity / 2));
    const http = createHttpServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      this.#cap.asked(request.socket);
      void this.#route(request, response);
    });
    this.#listener = createServer((socket) => {
      if (this.#cap.admit(socket)) http.emit("connection", socket);
    });
  }

  /** such as `http://127.0.0.1:9787/` */
  get url(): string {
    return this.#url;
  }

  /**
   * @throws UnreachableError when it cannot listen there
   * @throws UsageError when others can reach the address, and there is no token
   */
  static async start(address: AdminAddress, token: string | undefined, monitor: Monitor): Promise<Admin> {
    const admin = new Admin(token, monitor);
    const { host, port } = address;
    try {
      const granted = await listen(admin.#listener, await resolveHost(address, token !== undefined), port);
      admin.#url = `http://${formatEndpoint(host, granted)}/`;
      return admin;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const isTaken = systemErrorCode(error) === "EADDRINUSE";
      const reason = isTaken ? "port is already in use" : messageOf(error);
      throw new UnreachableError(`--admin "${formatEndpoint(host, port)}": ${reason}`);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = this.#gate(headOf(request));
    if (admission.status !== 200) {
      return respondText(response, admission.status, admission.reason, refusalHeaders[admission.status]);
    }
    switch (admission.path) {
      case "/":
        return respond(response, 200, "text/html; charset=utf-8", livePage, { "content-security-policy": livePolicy });
      case "/metrics":
        return respond(response, 200, metricsType, await renderMetrics(this.#monitor.overview()));
      case "/stats.json":
        return respond(response, 200, "application/json", toJson(this.#monitor.overview()));
      case "/healthz":
        return this.#monitor.isDraining ? respondText(response, 503, "draining") : respondText(response, 200, "ok");
      case "/events":
        return this.#openStream(request, response);
      default:
        return respondText(response, 404, "not found; there are /, /metrics, /stats.json and /healthz");
    }
  }

  #openStream(request: IncomingMessage, response: ServerResponse): void {
    if (this.#stream.isFull) return respondText(response, 503, "too many pages are open already");
    response.writeHead(200, { ...commonHeaders, "content-type": "text/event-stream" });
    if (request.method === "HEAD") return void response.end();
    this.#cap.extend(request.socket);
    this.#stream.add(response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => void this.#listener.close(() => resolve()));
    this.#cap[Symbol.dispose]();
    await closed;
  }
}
