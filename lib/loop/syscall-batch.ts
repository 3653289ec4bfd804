import { IoRing } from "../posix/io-ring.ts";
import { Addresses, pinnedBytes } from "../posix/memory.ts";

/** What a read that is gathered takes at most; connections that get more read by themselves. */
export const BATCHED_READ_BYTES = 4 * 1024;

/** A socket whose reads and sends may be gathered. */
export interface BatchedSocket {
  readonly fd: number;
  /** @param result bytes in `bytes` from `offset` on, 0 at the peer's FIN, or an error number below 0 */
  gathered(bytes: Uint8Array, offset: number, result: number, events: number): void;
  /** @param result bytes of that range that were sent, or an error number below 0 */
  dispatched(bytes: Uint8Array, offset: number, length: number, result: number): void;
}

/**
 * The small reads and sends of a turn of the loop, done together: a switch to the kernel, which on machines with
 * mitigations or under a hypervisor costs as much as the rest of a small send, is paid once a turn and not for each.
 */
export class SyscallBatch {
  readonly capacity: number;
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
    this.capacity = reads.capacity;
    this.#bytes = pinnedBytes(this.capacity * BATCHED_READ_BYTES);
    this.#events = new Int32Array(this.capacity);
    this.#offsets = new Float64Array(sends.capacity);
    this.#lengths = new Int32Array(sends.capacity);
  }

  /** @returns undefined where the kernel has no io_uring, or lets this process have none */
  static start(capacity: number): SyscallBatch | undefined {
    const reads = IoRing.open(capacity);
    const sends = reads && IoRing.open(capacity);
    if (!sends) reads?.close();
    return reads && sends && new SyscallBatch(reads, sends);
  }

  /** Will read from a socket. @param events that it is told of with what was read */
  read(socket: BatchedSocket, events: number): void {
    const i = this.#reads.queued;
    this.#readers[i] = socket;
    this.#events[i] = events;
    const at = this.#targets.of(this.#bytes, i * BATCHED_READ_BYTES, BATCHED_READ_BYTES);
    this.#reads.receive(socket.fd, at, BATCHED_READ_BYTES, i);
  }

  /** Reads what was asked for, and tells. */
  runReads(): void {
    const count = this.#reads.submit();
    for (let i = 0; i < count; i++) {
      const tag = this.#reads.tagAt(i);
      const socket = this.#readers[tag] as BatchedSocket;
      socket.gathered(this.#bytes, tag * BATCHED_READ_BYTES, this.#reads.resultAt(i), this.#events[tag] as number);
    }
  }

  /** Will send from a socket: no more than one run of bytes of each, or the second might overtake the first. */
  send(socket: BatchedSocket, bytes: Uint8Array, offset: number, length: number): void {
    if (this.#sends.queued === this.#sends.capacity) this.runSends();
    const i = this.#sends.queued;
    this.#senders[i] = socket;
    this.#sent[i] = bytes;
    this.#offsets[i] = offset;
    this.#lengths[i] = length;
    this.#sends.send(socket.fd, this.#sources.of(bytes, offset, length), length, i);
  }

  /** Sends what is to be sent, and tells of what was not. */
  runSends(): void {
    if (this.#sends.queued === 0) return;
    const count = this.#sends.submit();
    for (let i = 0; i < count; i++) {
      const tag = this.#sends.tagAt(i);
      const socket = this.#senders[tag] as BatchedSocket;
      const bytes = this.#sent[tag] as Uint8Array;
      socket.dispatched(bytes, this.#offsets[tag] as number, this.#lengths[tag] as number, this.#sends.resultAt(i));
    }
  }

  close(): void {
    this.#reads.close();
    this.#sends.close();
  }
}
