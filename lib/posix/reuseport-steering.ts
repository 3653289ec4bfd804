import { ptr } from "bun:ffi";
import { setSocketOption } from "./libc.ts";

/** Options of Linux's SOL_SOCKET (asm-generic/socket.h). */
const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;

/** Classic BPF (linux/filter.h, linux/bpf_common.h): what an instruction does, and where a random number is loaded from. */
const LOAD_WORD = 0x20;
const MODULO_CONSTANT = 0x94;
const ADD_CONSTANT = 0x04;
const RETURN_RESULT = 0x16;
const RANDOM = 0xfffff000 + 56;

/** `struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k, as two little-endian words. */
function assemble(instructions: ReadonlyArray<readonly [code: number, constant: number]>): Uint32Array {
  const program = new Uint32Array(new ArrayBuffer(instructions.length * 8));
  for (const [i, [code, constant]] of instructions.entries()) program.set([code, constant], i * 2);
  return program;
}

/** Some of the listeners that share a port, in the order in which they began to listen. */
export interface ListenerRange {
  readonly from: number;
  readonly count: number;
}

/**
 * Of the listeners that share a port, has the kernel give new connections to some only. Closing a listener resets what
 * the kernel has accepted for it and nobody has taken yet; when it is given nothing new, that runs dry before. Where the
 * kernel does not take this, or there are no such listeners, connections go to all of them.
 * @param fd of any of the listeners
 */
export function steerTo(fd: number, { from, count }: ListenerRange): void {
  const program = assemble([
    [LOAD_WORD, RANDOM],
    [MODULO_CONSTANT, count],
    [ADD_CONSTANT, from],
    [RETURN_RESULT, 0],
  ]);
  // struct sock_fprog, LP64: u16 length, padding, pointer
  const description = new BigUint64Array(new ArrayBuffer(16));
  description.set([BigInt(program.length / 2), BigInt(ptr(program))]);
  setSocketOption(fd, SO_ATTACH_REUSEPORT_CBPF, description);
}

/** Has the kernel choose among all listeners of a port again. */
export function steerToAll(fd: number): void {
  setSocketOption(fd, SO_DETACH_REUSEPORT_BPF, new Int32Array(new ArrayBuffer(4)));
}
