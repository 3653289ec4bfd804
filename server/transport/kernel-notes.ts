import type { SocketBufferRequest, SocketBuffers } from "../../lib/posix/libc.ts";
import { formatSize } from "../../lib/text/format-units.ts";

/** Linux keeps twice what was asked for, to have room for its own bookkeeping. */
const KERNEL_FACTOR = 2;

function describe(name: string, setting: string, asked: number | undefined, granted: number): string {
  if (asked === undefined) return `${name} ${formatSize(granted)} (autotuned)`;
  const isLess = granted < asked * KERNEL_FACTOR;
  return `${name} ${formatSize(granted)} (asked ${formatSize(asked)}${isLess ? `, limited by ${setting}` : ""})`;
}

/** The start-up line about the kernel's socket buffers: what was asked for and what was granted. */
export function describeBuffers(asked: SocketBufferRequest, granted: SocketBuffers): string {
  const send = describe("SO_SNDBUF", "net.core.wmem_max", asked.sndbufBytes, granted.sndbufBytes);
  const receive = describe("SO_RCVBUF", "net.core.rmem_max", asked.rcvbufBytes, granted.rcvbufBytes);
  return `Kernel granted ${send}, ${receive}`;
}
