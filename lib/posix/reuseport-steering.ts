import { ptr } from "bun:ffi";
import {
  BPF_ALU_ADD_K,
  BPF_ALU_MOD_K,
  BPF_LD_W_ABS,
  BPF_RET_A,
  SKF_AD_RANDOM,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_DETACH_REUSEPORT_BPF,
  SOL_SOCKET,
} from "./constants.ts";
import { setOption } from "./libc.ts";

/** `struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k, as two little-endian words. */
function assemble(instructions: ReadonlyArray<readonly [code: number, constant: number]>): Uint32Array {
  const program = new Uint32Array(new ArrayBuffer(instructions.length * 8));
  for (const [i, [code, constant]] of instructions.entries()) program.set([code, constant], i * 2);
  return program;
}

/** Some of the listeners that share a port, counted in the order in which they began to listen. */
export interface ListenerRange {
  readonly from: number;
  readonly count: number;
}

/**
 * Makes the kernel give new connections to some of the listeners that share a port, by a BPF program that picks one at
 * random. Closing a listener resets the connections that nobody has accepted from it yet; a listener that gets no new
 * ones runs dry first. Where the kernel rejects the program, or no listener has the picked place, connections go to all.
 * @param fd of any of the listeners
 */
export function steerTo(fd: number, { from, count }: ListenerRange): void {
  const program = assemble([
    [BPF_LD_W_ABS, SKF_AD_RANDOM],
    [BPF_ALU_MOD_K, count],
    [BPF_ALU_ADD_K, from],
    [BPF_RET_A, 0],
  ]);
  // struct sock_fprog, LP64: u16 length, padding, pointer
  const description = new BigUint64Array(new ArrayBuffer(16));
  description.set([BigInt(program.length / 2), BigInt(ptr(program))]);
  setOption(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, description);
}

/** Makes the kernel choose among all listeners of a port again. */
export function steerToAll(fd: number): void {
  setOption(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
}
