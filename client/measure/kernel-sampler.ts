import { libcAvailable, type SocketBuffers, socketBuffers, tcpInfoBytes } from "../../lib/posix/libc.ts";
import { readTcpInfo, type TcpInfo } from "../../lib/posix/tcp-info.ts";

/** What the kernel knows of one connection at the end. */
export interface KernelView {
  readonly info: TcpInfo;
  readonly buffers: SocketBuffers;
}

/** Connections that are asked about at a time, so that many of them cause no pause. */
const AT_A_TIME = 64;

interface Asked {
  readonly fd: number | undefined;
}

/** Asks the kernel about a thread's connections: some at a time while the load runs, all of them at its end. */
export class KernelSampler {
  readonly #roster: { readonly all: readonly Asked[] };
  readonly #onLook: (info: TcpInfo, retransmits: number) => void;
  readonly #retransmits = new WeakMap<Asked, number>();
  #remaining: Iterator<Asked>;

  /**
   * @param roster whose connections are asked about
   * @param onLook told what the kernel said, and of segments sent again since the connection was asked about before
   */
  constructor(roster: { readonly all: readonly Asked[] }, onLook: (info: TcpInfo, retransmits: number) => void) {
    this.#roster = roster;
    this.#onLook = onLook;
    this.#remaining = roster.all.values();
  }

  #ask(connection: Asked): TcpInfo | undefined {
    const bytes = libcAvailable && connection.fd !== undefined ? tcpInfoBytes(connection.fd) : undefined;
    if (!bytes) return undefined;
    const info = readTcpInfo(bytes);
    const added = info.retransmits - (this.#retransmits.get(connection) ?? 0);
    if (added > 0) this.#retransmits.set(connection, info.retransmits);
    this.#onLook(info, added);
    return info;
  }

  /** Asks about the next few; after the last one it is the first one's turn again. */
  askSome(): void {
    for (let i = 0; i < AT_A_TIME; i++) {
      const next = this.#remaining.next();
      if (next.done) {
        this.#remaining = this.#roster.all.values();
        return;
      }
      this.#ask(next.value);
    }
  }

  /** Asks about all. */
  askAll(): KernelView[] {
    return this.#roster.all.flatMap((connection) => {
      const info = this.#ask(connection);
      return info && connection.fd !== undefined ? [{ info, buffers: socketBuffers(connection.fd) }] : [];
    });
  }
}
