import { lookup } from "node:dns/promises";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { formatEndpoint, isLoopback } from "../../lib/address/address.ts";
import { messageOf, systemErrorCode, UnreachableError, UsageError } from "../../lib/errors.ts";
import { toJson } from "../../lib/text/harmless.ts";
import { sideCapacity } from "../../lib/posix/descriptors.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import { plural } from "../../lib/text/format-units.ts";
import type { Monitor } from "../service/monitor.ts";
import type { AdminAddress } from "./address.ts";
import { ConnectionCap } from "./connection-cap.ts";
import { EventStream } from "./event-stream.ts";
import { type Admission, createGate, type RequestHead } from "./gate.ts";
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

/** Answers a request to become a tunnel, which has no response object. The gate never admits one. */
function refuseTunnel(socket: Duplex, admission: Admission): void {
  if (admission.status === 200) return void socket.destroy();
  const { status, reason } = admission;
  const body = `${reason}\n`;
  const type = { "content-type": "text/plain; charset=utf-8", "content-length": String(body.length) };
  const headers = Object.entries({ ...commonHeaders, ...type, ...refusalHeaders[status] });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

/** Where the admin page is to listen. */
export interface AdminEndpoint extends AdminAddress {
  /** the address that the host stands for */
  readonly address: string;
}

function listenError(error: unknown, { host, port }: AdminAddress): Error {
  const isTaken = systemErrorCode(error) === "EADDRINUSE";
  const reason = isTaken ? "port is already in use" : messageOf(error);
  return new UnreachableError(`--admin "${formatEndpoint(host, port)}": ${reason}`);
}

/**
 * Looks up the address that a host stands for.
 * @throws UnreachableError when it is unknown
 * @throws UsageError when others can reach the address, and there is no token
 */
export async function resolveAdmin(admin: AdminAddress, token: string | undefined): Promise<AdminEndpoint> {
  const { host, port } = admin;
  const { address } = await lookup(host).catch((error: unknown) => {
    throw listenError(error, admin);
  });
  if (token !== undefined || isLoopback(address)) return { host, port, address };
  const where = `--admin "${formatEndpoint(host, port)}"`;
  throw new UsageError(
    `${where}: expected with --admin-token, since ${host} is ${address} here, not this machine only`,
  );
}

/** The answer to a health check. */
function healthAnswer({ state, workers, serving }: ReturnType<Monitor["health"]>): [status: number, text: string] {
  if (state === "draining") return [503, "draining"];
  const count = `${serving} of ${plural(workers, "worker")} ${serving === 1 ? "serves" : "serve"}`;
  if (state === "stalled") return [503, `stalled: ${count}`];
  return [200, serving === workers ? "ok" : `ok: ${count}`];
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
    // Without a listener node:http closes the connection of a CONNECT without an answer.
    http.on("connect", (request, socket) => refuseTunnel(socket, this.#gate(headOf(request))));
    this.#listener = createServer((socket) => {
      if (this.#cap.admit(socket)) http.emit("connection", socket);
    });
  }

  /** such as `http://127.0.0.1:9787/` */
  get url(): string {
    return this.#url;
  }

  /** @throws UnreachableError when it cannot listen there */
  static async start(endpoint: AdminEndpoint, token: string | undefined, monitor: Monitor): Promise<Admin> {
    const admin = new Admin(token, monitor);
    const { host, port, address } = endpoint;
    try {
      const granted = await listen(admin.#listener, address, port);
      admin.#url = `http://${formatEndpoint(host, granted)}/`;
      return admin;
    } catch (error) {
      throw listenError(error, endpoint);
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
        return respondText(response, ...healthAnswer(this.#monitor.health()));
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
