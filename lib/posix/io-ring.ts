import { FFIType, type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { lastErrorNumber, loadLibc } from "./libc.ts";
import { systemErrorName } from "../system-errors.ts";

/** Linux, x86-64 and arm64, where the calls have the same numbers: asm-generic/unistd.h, linux/io_uring.h. */
const SYS_IO_URING_SETUP = 425;
const SYS_IO_URING_ENTER = 426;
const IORING_FEAT_SINGLE_MMAP = 1;
const IORING_OFF_SQ_RING = 0;
const IORING_OFF_SQES = 0x10000000;
const IORING_OP_SEND = 26;
const IORING_OP_RECV = 27;
const PROT_READ_WRITE = 3;
const MAP_SHARED_POPULATE = 0x8001;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const EINTR = 4;

/** `struct io_uring_params` in words of 4 bytes: entries, features; `sq_off` and `cq_off` begin at these words. */
const PARAMS = { words: 30, sqEntries: 0, cqEntries: 1, features: 5, sqOff: 10, cqOff: 20 } as const;

/** `struct io_sqring_offsets` and `struct io_cqring_offsets` in words, from where they begin. */
const SQ_OFF = { tail: 1, array: 6 } as const;
const CQ_OFF = { head: 0, tail: 1, cqes: 5 } as const;

/** `struct io_uring_sqe`, 64 bytes, in words; the address takes two. */
const SQE = { words: 16, opcode: 0, fd: 1, address: 4, length: 6, flags: 7, tag: 8 } as const;

/** `struct io_uring_cqe`, 16 bytes, in words. */
const CQE = { words: 4, tag: 0, result: 2 } as const;

const { i32, i64_fast: i64, u64 } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  syscall: { args: [i64, i64, i64, i64, i64, i64, i64], returns: i64 },
  mmap: { args: [address, u64, i32, i32, i32, i64], returns: i64 },
  munmap: { args: [address, u64], returns: i32 },
  close: { args: [i32], returns: i32 },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("io_uring is not to be had on this platform");
  return symbols;
}

const call = (number: number, first: number, second: number): number =>
  Number(libc().syscall(number, first, second, 0, 0, 0, 0));

/** A run of the ring's memory that the kernel shares. */
function map(fd: number, bytes: number, offset: number): Uint32Array | undefined {
  const at = Number(libc().mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, offset));
  return at === -1 ? undefined : new Uint32Array(toArrayBuffer(at as Pointer, 0, bytes));
}

/**
 * System calls that are gathered and given to the kernel together, by io_uring: one switch to the kernel instead of
 * one for each. All of them are of the kind that never waits, so that when `submit` returns all are done.
 */
export class IoRing {
  /** calls that may be queued */
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

  /** @param entries a power of two. @returns undefined where the kernel has no rings, or lets this process have none */
  static open(entries: number): IoRing | undefined {
    if (!symbols) return undefined;
    const params = new Uint32Array(new ArrayBuffer(PARAMS.words * 4));
    const fd = call(SYS_IO_URING_SETUP, entries, ptr(params));
    if (fd < 0) return undefined;
    const word = (at: number): number => params[at] as number;
    const isOneRun = (word(PARAMS.features) & IORING_FEAT_SINGLE_MMAP) !== 0;
    const sqEnd = word(PARAMS.sqOff + SQ_OFF.array) + word(PARAMS.sqEntries) * 4;
    const cqEnd = word(PARAMS.cqOff + CQ_OFF.cqes) + word(PARAMS.cqEntries) * CQE.words * 4;
    const ring = isOneRun ? map(fd, Math.max(sqEnd, cqEnd), IORING_OFF_SQ_RING) : undefined;
    const sqes = ring && map(fd, entries * SQE.words * 4, IORING_OFF_SQES);
    if (ring && sqes) return new IoRing(fd, params, ring, sqes);
    symbols.close(fd);
    return undefined;
  }

  /** Queues a `recv` of at most `length` bytes. @param tag by which its result is known */
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
    // The kernel takes entries from where it has come to, round and round.
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

  /** Has the kernel do what is queued. @returns how many results there are, to be read before the next call */
  submit(): number {
    const { queued } = this;
    const ring = this.#ring;
    this.queued = 0;
    ring[this.#sqTail] = (ring[this.#sqTail] as number) + queued;
    for (let left = queued; left > 0;) {
      const taken = call(SYS_IO_URING_ENTER, this.#fd, left);
      if (taken >= 0) left -= taken;
      else if (lastErrorNumber() !== EINTR) throw new Error(`io_uring_enter: ${systemErrorName(lastErrorNumber())}`);
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
    libc().close(this.#fd);
  }
}
