import { ptr } from "bun:ffi";
import { STA_NANO, STA_UNSYNC } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/** What the kernel knows of the wall clock, from adjtimex(2). */
export interface KernelClock {
  /** that it is still to be moved by; positive when it is behind */
  readonly offsetUs: number;
  /** by which it may be wrong, as whoever sets it says */
  readonly errorUs: number;
  /** whether something keeps it right, such as NTP or PTP */
  readonly isSynchronised: boolean;
}

/**
 * `struct timex` of linux/timex.h on 64-bit systems: u32 modes; then, as i64, offset at 8 and maxerror at 24; i32 status at
 * 40; 208 bytes in all.
 */
const timex = new Uint8Array(new ArrayBuffer(208));
const view = new DataView(timex.buffer);

/** Asks the kernel about the wall clock; it changes nothing. Undefined where the kernel does not say. */
export function readKernelClock(): KernelClock | undefined {
  if (!libcAvailable) return undefined;
  timex.fill(0);
  if (libc().adjtimex(ptr(timex)) < 0) return undefined;
  const status = view.getInt32(40, true);
  const unitsPerUs = (status & STA_NANO) === 0 ? 1 : 1_000;
  return {
    offsetUs: Math.round(Number(view.getBigInt64(8, true)) / unitsPerUs),
    errorUs: Number(view.getBigInt64(24, true)),
    isSynchronised: (status & STA_UNSYNC) === 0,
  };
}
