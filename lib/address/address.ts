import { BlockList, isIP } from "node:net";

/** The IPv4 address inside an IPv4-mapped IPv6 one, as a dual-stack listener reports it; any other address is unchanged. */
export const unmapAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");

/** `127.0.0.1:7878`, `[::1]:7878`. */
export const formatEndpoint = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** `::1` for `[::1]`, as IPv6 addresses are written before a port; anything else is unchanged. */
export const stripBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const unspecified = new BlockList();
unspecified.addAddress("0.0.0.0", "ipv4");
unspecified.addAddress("::", "ipv6");

/** Whether it is an address, in any notation, that the list has; an IPv4-mapped one is the IPv4 address in it. */
function isListed(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? "ipv6" : "ipv4");
}

/** Whether a listener on this address takes connections on every interface. */
export const isUnspecified = (host: string): boolean => isListed(unspecified, host);

/** Whether only programs on this machine can reach the address. Of all names only `localhost` is known to be one. */
export const isLoopback = (host: string): boolean => /^localhost\.?$/i.test(host) || isListed(loopback, host);
