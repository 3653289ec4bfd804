import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { stripBrackets, unmapAddress } from "./address.ts";
import { ownInterfaces } from "./interfaces.ts";
import { visible } from "../text/harmless.ts";

/** RFC 1035 2.3.4, without the dot at the end. */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

const isLinkLocal = (address: string): boolean => /^fe[89ab][0-9a-f]:/i.test(address);

/** Whether packets to the address go to several machines: IPv4 224.0.0.0/4, IPv6 ff00::/8. */
const isMulticast = (address: string): boolean =>
  /^(?:22[4-9]|23\d)\./.test(unmapAddress(address)) || /^ff[0-9a-f]{2}:/i.test(address);

/** The names of this machine's network interfaces; none where they are unknown. */
const interfaceNames = (): readonly string[] => Object.keys(ownInterfaces());

/** Why no connection can have this numeric address at one of its ends; undefined when one can. */
function addressProblem(host: string, interfaces: readonly string[] = interfaceNames()): string | undefined {
  const [address = "", zone] = host.split("%");
  const known = interfaces.length > 0 ? `; there are ${interfaces.join(", ")}` : "";
  if (isMulticast(address)) return "expected the address of one machine; this is a multicast address";
  if (zone === undefined) {
    const example = interfaces.find((name) => name !== "lo") ?? "eth0";
    return isLinkLocal(address)
      ? `expected a link-local address with its network interface, such as ${address}%${example}${known}`
      : undefined;
  }
  if (!isLinkLocal(address)) return `expected ${address} without %${zone}, which only link-local addresses have`;
  if (interfaces.length === 0 || interfaces.includes(zone) || /^[1-9]\d{0,8}$/.test(zone)) return undefined;
  return `there is no network interface ${JSON.stringify(zone)}; expected one of ${interfaces.join(", ")}`;
}

/** Why no connection can come from this numeric address; undefined when one can. The kernel would take a broadcast address. */
export const sourceProblem = (address: string, interfaces?: readonly string[]): string | undefined =>
  address === "255.255.255.255"
    ? "expected an address of this machine; this is the broadcast address"
    : addressProblem(address, interfaces);

function labelProblem(label: string): string | undefined {
  if (label === "") return "expected a host name without an empty part between its dots";
  if (label.length <= LONGEST_LABEL) return undefined;
  return `expected a host name with at most ${LONGEST_LABEL} characters between two dots, found ${label.length}`;
}

/**
 * Why this cannot be the name or the address of a host as users write it, perhaps with brackets; undefined when it can. It
 * names what else it seems to be.
 */
export function writtenHostProblem(written: string, interfaces?: readonly string[]): string | undefined {
  const host = stripBrackets(written);
  const [, scheme] = /^([a-z][a-z\d+.-]*:\/\/)/i.exec(host) ?? [];
  if (scheme !== undefined) return `expected a host without ${scheme}`;
  if (/[[\]]/.test(host)) return "expected an address in two brackets, such as [::1]";
  if (isIP(host) !== 0 || !host.includes(":")) return hostProblem(host, interfaces);
  if (/^[^:]*:\d*$/.test(host)) return "expected a host without a port; give the port with --port";
  return "expected a host name or an address; with these colons it is neither";
}

/** A name as the resolver wants it: `xn--mnchen-3ya.de` for `münchen.de`. */
export const toAsciiName = (name: string): string => (/^[ -~]*$/.test(name) ? name : domainToASCII(name));

/** Why no machine can have this name or numeric address; undefined when one can. */
export function hostProblem(host: string, interfaces?: readonly string[]): string | undefined {
  if (isIP(host) !== 0) return addressProblem(host, interfaces);
  // The mapping to ASCII leaves out what cannot be seen, and so makes another name of it.
  if (visible(host) !== host) return "expected a host name without characters that cannot be seen";
  const name = toAsciiName(host).replace(/\.$/, "");
  if (!/^[\w.%-]+$/.test(name)) return "expected a host name of letters, digits, hyphens and dots, or an address";
  if (name.length > LONGEST_NAME)
    return `expected a host name of at most ${LONGEST_NAME} characters, found ${name.length}`;
  return name
    .split(".")
    .map(labelProblem)
    .find((problem) => problem !== undefined);
}

/** The longest path of a socket file in bytes, as `struct sockaddr_un` has room for it and a zero. */
const LONGEST_SOCKET_PATH = process.platform === "linux" ? 107 : 103;

/** Why no socket file can have this path; undefined when one can. */
export function socketPathProblem(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  if (path.includes("\0")) return "expected a path without a zero byte";
  if (bytes <= LONGEST_SOCKET_PATH) return undefined;
  return `expected a path of at most ${LONGEST_SOCKET_PATH} bytes, found ${bytes}; a relative path may be shorter`;
}
