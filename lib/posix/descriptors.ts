import { F_DUPFD_CLOEXEC, F_SETFD, F_SETFL, FD_CLOEXEC } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/** Descriptors that the process needs besides connections: standard streams, event loop, threads, files. */
const RESERVE = 32;

/** The soft limit of open files, which Bun raises to the hard one; undefined where the platform does not report it. */
export function descriptorLimit(): number | undefined {
  const report: unknown = process.report?.getReport();
  const limits = (report as { userLimits?: { open_files?: { soft?: unknown } } } | undefined)?.userLimits;
  const soft = limits?.open_files?.soft;
  return typeof soft === "number" && soft > 0 ? soft : undefined;
}

const reserveOf = (limit: number): number => Math.max(RESERVE, Math.ceil(limit / 100));

/** How many connections fit under the descriptor limit with room left for everything else. */
export function connectionCapacity(limit: number | undefined = descriptorLimit()): number {
  return limit === undefined ? 1_000 : Math.max(1, limit - reserveOf(limit));
}

/** Connections that something beside the main work may have: enough for people and their tools. */
const MOST_ON_THE_SIDE = 64;

/** How many connections something beside the main work may have: half of what `connectionCapacity` leaves. */
export const sideCapacity = (limit: number | undefined = descriptorLimit()): number =>
  Math.min(MOST_ON_THE_SIDE, Math.floor(reserveOf(limit ?? 0) / 2));

/** Sets the status flags of an open file, which every program that has it open shares. */
export function setFlags(descriptor: number, flags: number): void {
  if (libcAvailable) libc().fcntl(descriptor, F_SETFL, flags);
}

/** Another descriptor of the same open file, which no child process inherits; below 0 when none is left. */
export const duplicateDescriptor = (descriptor: number): number => libc().fcntl(descriptor, F_DUPFD_CLOEXEC, 0);

/** Keeps a descriptor that this process has inherited from child processes. */
export const closeOnExec = (descriptor: number): void => void libc().fcntl(descriptor, F_SETFD, FD_CLOEXEC);
