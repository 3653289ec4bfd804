import { libcAvailable } from "./libc.ts";
import { applySocketOptions } from "./socket-options.ts";

/** The kernel counts headers too, and has to leave room to make up for a pause. */
const HEADROOM = 1.1;

/** Asks the kernel to space the packets of a connection that is sent to at this rate. Where it cannot, they go in small bursts. */
export function spacePackets(fd: number | undefined, bytesPerSecond: number): void {
  if (libcAvailable && fd !== undefined) applySocketOptions(fd, { pacingBytesPerSecond: bytesPerSecond * HEADROOM });
}
