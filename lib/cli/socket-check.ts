import { readdirSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { systemErrorPhrase } from "../error-names.ts";
import { UsageError } from "../errors.ts";
import { libcAvailable } from "../posix/libc.ts";
import { type PortRange, type RefusedOption, tryOptions } from "../posix/socket-options.ts";
import { parsePortRange, requestKeys, type SocketOptionValues, toSocketRequest } from "./socket-options.ts";

type Key = keyof SocketOptionValues;

const keys = Object.keys(requestKeys) as Key[];

/** `--device "eth9"`; values that are numbers were written in another way. */
function labelOf(key: Key, value: SocketOptionValues[Key]): string {
  const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return typeof value === "string" ? `${flag} "${value}"` : flag;
}

/** The values of a setting of the kernel; none where it has no such setting. */
function kernelSetting(name: string): string[] {
  try {
    const values = readFileSync(`/proc/sys/net/ipv4/${name}`, "utf8").trim();
    return values === "" ? [] : values.split(/\s+/);
  } catch {
    return [];
  }
}

/** The network interfaces of this machine, those without an address too. */
function interfaceNames(): string[] {
  try {
    return readdirSync("/sys/class/net");
  } catch {
    return [];
  }
}

function expectedCongestion(code: string): string | undefined {
  if (code === "ENOENT") return `one of ${kernelSetting("tcp_available_congestion_control").join(", ")}`;
  if (code !== "EPERM") return undefined;
  const allowed = kernelSetting("tcp_allowed_congestion_control").join(", ");
  return `one of ${allowed}, which everybody may use; others need root, or net.ipv4.tcp_allowed_congestion_control`;
}

function expectedDevice(code: string): string | undefined {
  if (code === "ENODEV") return `a network interface of this machine: ${interfaceNames().join(", ")}`;
  return code === "EPERM" ? "root, or the capability CAP_NET_RAW" : undefined;
}

/** What the kernel says of an option that a socket does not have. */
const isLacking = (code: string): boolean => ["ENOPROTOOPT", "EOPNOTSUPP", "ENOTSUP"].includes(code);

/** What was expected instead of an option that the kernel refused. */
function expectedInstead({ key, name, code }: RefusedOption, isMptcp: boolean): string {
  if (isMptcp && key !== "mptcp" && isLacking(code)) return `expected without --mptcp, whose sockets have no ${name}`;
  if (key === "mptcp") return `expected a kernel that has ${name}, and net.mptcp.enabled 1: ${systemErrorPhrase(code)}`;
  if (isLacking(code)) return `expected a kernel that has ${name}; this one is ${release()}`;
  const expected =
    key === "congestion" ? expectedCongestion(code) : key === "device" ? expectedDevice(code) : undefined;
  return expected === undefined ? `the kernel refuses ${name}: ${systemErrorPhrase(code)}` : `expected ${expected}`;
}

/** The error to end with when the kernel refused an option. */
export function refusedError(refused: RefusedOption, options: SocketOptionValues): UsageError {
  const key = keys.find((each) => requestKeys[each] === refused.key) ?? "congestion";
  return new UsageError(`${labelOf(key, options[key])}: ${expectedInstead(refused, options.mptcp === true)}`);
}

/** Whether the kernel gives out all of these ports: it ignores the ends of a range that it does not. */
function checkPorts(label: string, { from, to }: PortRange): void {
  const [first, last] = kernelSetting("ip_local_port_range").map(Number);
  if (first === undefined || last === undefined || (from >= first && to <= last)) return;
  throw new UsageError(`${label}: expected ports from ${first} to ${last}, which net.ipv4.ip_local_port_range allows`);
}

/** Which end of a connection a program is. */
type End = "client" | "server";

/** Bits of net.ipv4.tcp_fastopen. */
const fastOpenBits: Readonly<Record<End, number>> = { client: 1, server: 2 };

/** Whether the kernel does it at this end: otherwise it does nothing, or refuses the option without a reason. */
function checkFastOpen({ mptcp }: SocketOptionValues, end: End): void {
  if (mptcp) throw new UsageError("--fastopen: expected without --mptcp");
  const [setting] = kernelSetting("tcp_fastopen").map(Number);
  if (setting === undefined) throw new UsageError("--fastopen: expected a kernel that has net.ipv4.tcp_fastopen");
  const bit = fastOpenBits[end];
  if ((setting & bit) !== 0) return;
  throw new UsageError(
    `--fastopen: expected net.ipv4.tcp_fastopen ${setting | bit}, with which the kernel lets ${end}s use it, found ${setting}`,
  );
}

/**
 * Rejects options that the platform or the kernel does not have, by trying them on a socket that is not used.
 * @throws UsageError
 */
export function checkSocketOptions(options: SocketOptionValues, end: End): void {
  const first = keys.find((key) => options[key] !== undefined && options[key] !== false);
  if (first === undefined) return;
  if (!libcAvailable) {
    throw new UsageError(`${labelOf(first, options[first])}: expected Linux; this platform does not support it`);
  }
  const ports = options.sourcePort === undefined ? undefined : parsePortRange(options.sourcePort);
  if (options.fastopen) checkFastOpen(options, end);
  if (ports) checkPorts(labelOf("sourcePort", options.sourcePort), ports);
  const refused = tryOptions(toSocketRequest(options));
  if (refused) throw refusedError(refused, options);
}
