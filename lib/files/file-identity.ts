import { type BigIntStats, fstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { systemErrorCode } from "../errors.ts";

const descriptorPath = /^\/(?:dev\/fd|proc\/(?:self|thread-self)\/fd)\/(\d+)$/;

/** More links than the kernel would follow. */
const MOST_LINKS = 64;

function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** The open descriptor that a path stands for, such as 1 for `/dev/stdout`; undefined for any other path. */
export function descriptorOf(path: string): number | undefined {
  let current: string | undefined = resolve(path);
  for (let links = 0; current !== undefined && links < MOST_LINKS; links++) {
    const descriptor = descriptorPath.exec(current.replace(`/proc/${process.pid}/`, "/proc/self/"))?.[1];
    if (descriptor !== undefined) return Number(descriptor);
    current = linkTarget(current);
  }
  return undefined;
}

/**
 * Where a path leads when all links are followed; the file itself need not exist.
 * @throws a system error when its folder cannot be reached
 */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    const target = linkTarget(path);
    return target === undefined ? join(realpathSync(dirname(resolve(path))), basename(path)) : targetOf(target);
  }
}

function statusOf(path: string, descriptor: number | undefined): BigIntStats | undefined {
  try {
    return descriptor === undefined ? statSync(path, { bigint: true }) : fstatSync(descriptor, { bigint: true });
  } catch {
    return undefined;
  }
}

function pathIdentity(path: string): string {
  try {
    return targetOf(path);
  } catch {
    return resolve(path);
  }
}

const isNullDevice = (status: BigIntStats): boolean =>
  status.isCharacterDevice() && status.rdev === statusOf("/dev/null", undefined)?.rdev;

/**
 * What tells a file from others: two paths with a common identity lead to one file, by whatever spelling or link.
 * @param path `-` is standard output
 * @returns none for the null device, where nothing can be lost
 */
export function identitiesOf(path: string): readonly string[] {
  const descriptor = path === "-" ? 1 : descriptorOf(path);
  const status = statusOf(path, descriptor);
  const stream = descriptor === 1 ? ["-"] : [];
  if (status === undefined) return [...stream, pathIdentity(path)];
  return isNullDevice(status) ? stream : [...stream, `${status.dev}:${status.ino}`];
}
