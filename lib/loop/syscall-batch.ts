import { IoRing } from "../posix/io-ring.ts";
import { Addresses, pinnedBytes } from "../posix/memory.ts";

/** The most that a batched read takes. Connections that receive more at a time read by themselves. */
export const BATCHED_READ_BYTES = 4 * 1024;

/** A socket whose reads and sends can join a batch. */
export interface BatchedSocket {
  readonly descriptor: number;
  /** @param result bytes in `bytes` from `offset` on, 0 at the peer's FIN, or an error number below 0 */
  readCompleted(bytes: Uint8Array, offset: number, result: number, events: number): void;
  /** @param result bytes of that range that were sent, or an error number below 0 */
  sendCompleted(bytes: Uint8Array, offset: number, length: number, result: number): void;
}

/**
 * The small reads and sends of one turn of the loop, each kind in one system call (io_uring). A switch to the kernel
 * costs as much as the rest of a small send on machines with mitigations or under a hypervisor; a batch pays it once.
 */
export class SyscallBatch {
  readonly #reads: IoRing;
  readonly #sends: IoRing;
  readonly #bytes: Uint8Array;
  readonly #targets = new Addresses();
  readonly #sources = new Addresses();
  readonly #readers: BatchedSocket[] = [];
  readonly #events: Int32Array;
  readonly #senders: BatchedSocket[] = [];
  readonly #sent: Uint8Array[] = [];
  readonly #offsets: Float64Array;
  readonly #lengths: Int32Array;

  private constructor(reads: IoRing, sends: IoRing) {
    this.#reads = reads;
    this.#sends = sends;
    this.#bytes = pinnedBytes(reads.capacity * BATCHED_READ_BYTES);
    this.#events = new Int32Array(reads.capacity);
    this.#offsets = new Float64Array(sends.capacity);
    this.#lengths = new Int32Array(sends.capacity);
  }

  /** @returns undefined where the kernel has no io_uring or forbids it */
  static start(capacity: number): SyscallBatch | undefined {
    const reads = IoRing.open(capacity);
    const sends = reads && IoRing.open(capacity);
    if (!sends) reads?.close();
    return reads && sends && new SyscallBatch(reads, sends);
  }

  /** Adds a read of a socket. @param events passed on to `readCompleted` */
  read(socket: BatchedSocket, events: number): void {
    const i = this.#reads.queued;
    this.#readers[i] = socket;
    this.#events[i] = events;
    const at = this.#targets.of(this.#bytes, i * BATCHED_READ_BYTES, BATCHED_READ_BYTES);
    this.#reads.receive(socket.descriptor, at, BATCHED_READ_BYTES, i);
  }

  /** Runs the reads that were added, and reports each. */
  runReads(): void {
    const count = this.#reads.submit();
    for (let i = 0; i < count; i++) {
      const tag = this.#reads.tagAt(i);
      const socket = this.#readers[tag] as BatchedSocket;
      const result = this.#reads.resultAt(i);
      socket.readCompleted(this.#bytes, tag * BATCHED_READ_BYTES, result, this.#events[tag] as number);
    }
  }

  /** Adds a send of a socket. Each may have only one in a batch: a second one could overtake the first. */
  send(socket: BatchedSocket, bytes: Uint8Array, offset: number, length: number): void {
    if (this.#sends.queued === this.#sends.capacity) this.runSends();
    const i = this.#sends.queued;
    this.#senders[i] = socket;
    this.#sent[i] = bytes;
    this.#offsets[i] = offset;
    this.#lengths[i] = length;
    this.#sends.send(socket.descriptor, this.#sources.of(bytes, offset, length), length, i);
  }

  /** Runs the sends that were added, and reports each. */
  runSends(): void {
    if (this.#sends.queued === 0) return;
    const count = this.#sends.submit();
    for (let i = 0; i < count; i++) {
      const tag = this.#sends.tagAt(i);
      const socket = this.#senders[tag] as BatchedSocket;
      const bytes = this.#sent[tag] as Uint8Array;
      const offset = this.#offsets[tag] as number;
      socket.sendCompleted(bytes, offset, this.#lengths[tag] as number, this.#sends.resultAt(i));
    }
  }
}
