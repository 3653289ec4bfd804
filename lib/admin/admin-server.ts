import { lookup } from "node:dns/promises";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { formatEndpoint, isLoopback } from "../address/address.ts";
import { messageOf, systemErrorCode, UnreachableError, UsageError } from "../errors.ts";
import { sideCapacity } from "../posix/descriptors.ts";
import { eventLoopTimers } from "../timers.ts";
import type { AdminAddress } from "./address.ts";
import { ConnectionCap } from "./connection-cap.ts";
import { EventStream, type LiveSource } from "./event-stream.ts";
import { type Admission, createGate, type RequestHead } from "./gate.ts";
import type { LivePage } from "./live-page.ts";

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

/** A line of plain text as an answer. */
export const textAnswer = (status: number, text: string): Required<Answer> => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${text}\n`,
});

function respondText(response: ServerResponse, status: number, text: string, more: Headers = {}): void {
  const { type, body } = textAnswer(status, text);
  respond(response, status, type, body, more);
}

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

/** An answer to a request. */
export interface Answer {
  /** 200 unless it says otherwise */
  readonly status?: number;
  /** its Content-Type */
  readonly type: string;
  readonly body: string;
}

/** What an admin server has. */
export interface AdminContent {
  /** at `/` */
  readonly page: LivePage;
  /** sent to open pages, at `/events` */
  readonly events: LiveSource;
  /** by path, such as `/metrics` */
  readonly answers: ReadonlyMap<string, () => Answer | Promise<Answer>>;
}

/** The HTTP server of a live page and of figures for programs. */
export class AdminServer implements AsyncDisposable {
  readonly #content: AdminContent;
  readonly #gate: ReturnType<typeof createGate>;
  readonly #cap: ConnectionCap;
  readonly #stream: EventStream;
  readonly #listener: Server;
  #url = "";

  private constructor(token: string | undefined, content: AdminContent) {
    const capacity = sideCapacity();
    this.#content = content;
    this.#gate = createGate(token);
    this.#cap = new ConnectionCap(capacity, eventLoopTimers);
    this.#stream = new EventStream(content.events, Math.ceil(capacity / 2));
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
  static async start(
    { host, port, address }: AdminEndpoint,
    token: string | undefined,
    content: AdminContent,
  ): Promise<AdminServer> {
    const admin = new AdminServer(token, content);
    try {
      const granted = await listen(admin.#listener, address, port);
      admin.#url = `http://${formatEndpoint(host, granted)}/`;
      return admin;
    } catch (error) {
      admin.#stream[Symbol.dispose]();
      throw listenError(error, { host, port });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admission = this.#gate(headOf(request));
    if (admission.status !== 200) {
      return respondText(response, admission.status, admission.reason, refusalHeaders[admission.status]);
    }
    const { page, answers } = this.#content;
    if (admission.path === "/events") return this.#openStream(request, response);
    if (admission.path === "/") {
      return respond(response, 200, "text/html; charset=utf-8", page.html, { "content-security-policy": page.policy });
    }
    const answer = await answers.get(admission.path)?.();
    if (answer) return respond(response, answer.status ?? 200, answer.type, answer.body);
    const paths = ["/", ...answers.keys()];
    return respondText(response, 404, `not found; there are ${paths.slice(0, -1).join(", ")} and ${paths.at(-1)}`);
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
