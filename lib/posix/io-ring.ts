import { type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import {
  EINTR,
  IORING_FEAT_SINGLE_MMAP,
  IORING_OFF_SQ_RING,
  IORING_OFF_SQES,
  IORING_OP_RECV,
  IORING_OP_SEND,
  MAP_POPULATE,
  MAP_SHARED,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  PROT_READ,
  PROT_WRITE,
  SYS_IO_URING_ENTER,
  SYS_IO_URING_SETUP,
} from "./constants.ts";
import { closeDescriptor, lastErrorName, lastErrorNumber, libc, libcAvailable } from "./libc.ts";

/** `struct io_uring_params` in words of 4 bytes: entries, features; `sq_off` and `cq_off` begin at these words. */
const PARAMS = { words: 30, sqEntries: 0, cqEntries: 1, features: 5, sqOff: 10, cqOff: 20 } as const;

/** `struct io_sqring_offsets` and `struct io_cqring_offsets` in words, from where they begin. */
const SQ_OFF = { tail: 1, array: 6 } as const;
const CQ_OFF = { head: 0, tail: 1, cqes: 5 } as const;

/** `struct io_uring_sqe`, 64 bytes, in words; the address takes two. */
const SQE = { words: 16, opcode: 0, fd: 1, address: 4, length: 6, flags: 7, tag: 8 } as const;

/** `struct io_uring_cqe`, 16 bytes, in words. */
const CQE = { words: 4, tag: 0, result: 2 } as const;

const setUp = (entries: number, params: Uint32Array): number =>
  libc().syscall(SYS_IO_URING_SETUP, entries, ptr(params), 0, null, null);

/** @returns how many of the queued calls the kernel took, or -1 */
const enter = (fd: number, count: number): number =>
  // `syscall` takes its second argument as a pointer; a number is passed as it is.
  libc().syscall(SYS_IO_URING_ENTER, fd, count as Pointer, 0, null, null);

/** Maps a range of the ring's memory, which the kernel shares; undefined when it cannot be mapped. */
function map(fd: number, bytes: number, offset: number): Uint32Array | undefined {
  const at = Number(libc().mmap(null, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset));
  return at === -1 ? undefined : new Uint32Array(toArrayBuffer(at as Pointer, 0, bytes));
}

/**
 * System calls that are submitted to the kernel together by io_uring: one switch to the kernel instead of one for each.
 * All of them are non-blocking, so all are done when `submit` returns.
 */
export class IoRing {
  /** calls that can be queued */
  readonly capacity: number;
  /** calls that are queued */
  queued = 0;
  readonly #fd: number;
  /** indices and the array of the submission queue, then those of the completion queue and its entries */
  readonly #ring: Uint32Array;
  readonly #entries: Uint32Array;
  readonly #results: Int32Array;
  readonly #sqTail: number;
  readonly #cqHead: number;
  readonly #cqTail: number;
  readonly #cqes: number;
  readonly #cqMask: number;
  #first = 0;

  private constructor(fd: number, params: Uint32Array, ring: Uint32Array, entries: Uint32Array) {
    const word = (at: number): number => params[at] as number;
    const offset = (at: number): number => word(at) / 4;
    this.#fd = fd;
    this.#ring = ring;
    this.#results = new Int32Array(ring.buffer);
    this.#entries = entries;
    this.capacity = word(PARAMS.sqEntries);
    this.#sqTail = offset(PARAMS.sqOff + SQ_OFF.tail);
    this.#cqHead = offset(PARAMS.cqOff + CQ_OFF.head);
    this.#cqTail = offset(PARAMS.cqOff + CQ_OFF.tail);
    this.#cqes = offset(PARAMS.cqOff + CQ_OFF.cqes);
    this.#cqMask = word(PARAMS.cqEntries) - 1;
    const array = offset(PARAMS.sqOff + SQ_OFF.array);
    for (let i = 0; i < this.capacity; i++) ring[array + i] = i;
  }

  /** @param entries a power of two. @returns undefined where the kernel has no io_uring, or denies it to this process */
  static open(entries: number): IoRing | undefined {
    if (!libcAvailable) return undefined;
    const params = new Uint32Array(new ArrayBuffer(PARAMS.words * 4));
    const fd = setUp(entries, params);
    if (fd < 0) return undefined;
    const word = (at: number): number => params[at] as number;
    const isOneRange = (word(PARAMS.features) & IORING_FEAT_SINGLE_MMAP) !== 0;
    const sqEnd = word(PARAMS.sqOff + SQ_OFF.array) + word(PARAMS.sqEntries) * 4;
    const cqEnd = word(PARAMS.cqOff + CQ_OFF.cqes) + word(PARAMS.cqEntries) * CQE.words * 4;
    const ring = isOneRange ? map(fd, Math.max(sqEnd, cqEnd), IORING_OFF_SQ_RING) : undefined;
    const sqes = ring && map(fd, entries * SQE.words * 4, IORING_OFF_SQES);
    if (ring && sqes) return new IoRing(fd, params, ring, sqes);
    closeDescriptor(fd);
    return undefined;
  }

  /** Queues a `recv` of at most `length` bytes. @param tag identifies its result */
  receive(fd: number, at: Pointer, length: number, tag: number): void {
    this.#queue(IORING_OP_RECV, fd, at, length, MSG_DONTWAIT, tag);
  }

  /** Queues a `send`. */
  send(fd: number, at: Pointer, length: number, tag: number): void {
    this.#queue(IORING_OP_SEND, fd, at, length, MSG_DONTWAIT | MSG_NOSIGNAL, tag);
  }

  #queue(opcode: number, fd: number, at: number, length: number, flags: number, tag: number): void {
    if (this.queued === this.capacity) throw new RangeError("the ring is full");
    const entries = this.#entries;
    // The queue is a ring: the kernel goes on where it stopped.
    const from = (((this.#ring[this.#sqTail] as number) + this.queued) % this.capacity) * SQE.words;
    entries[from + SQE.opcode] = opcode;
    entries[from + SQE.fd] = fd;
    entries[from + SQE.address] = at >>> 0;
    entries[from + SQE.address + 1] = Math.floor(at / 2 ** 32);
    entries[from + SQE.length] = length;
    entries[from + SQE.flags] = flags;
    entries[from + SQE.tag] = tag;
    this.queued++;
  }

  /** Runs the queued calls. @returns the number of results, which are to be read before the next call */
  submit(): number {
    const { queued } = this;
    const ring = this.#ring;
    this.queued = 0;
    ring[this.#sqTail] = (ring[this.#sqTail] as number) + queued;
    for (let left = queued; left > 0;) {
      const taken = enter(this.#fd, left);
      if (taken >= 0) left -= taken;
      else if (lastErrorNumber() !== EINTR) throw new Error(`io_uring_enter: ${lastErrorName()}`);
    }
    this.#first = ring[this.#cqHead] as number;
    ring[this.#cqHead] = ring[this.#cqTail] as number;
    return queued;
  }

  /** The tag of the `i`-th result. */
  tagAt(i: number): number {
    return this.#ring[this.#cqe(i) + CQE.tag] as number;
  }

  /** The `i`-th result: bytes moved, or an error number below 0. */
  resultAt(i: number): number {
    return this.#results[this.#cqe(i) + CQE.result] as number;
  }

  #cqe(i: number): number {
    return this.#cqes + ((this.#first + i) & this.#cqMask) * CQE.words;
  }

  close(): void {
    libc().munmap(ptr(this.#ring), this.#ring.byteLength);
    libc().munmap(ptr(this.#entries), this.#entries.byteLength);
    closeDescriptor(this.#fd);
  }
}
