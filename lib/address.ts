/** The IPv4 address inside an IPv4-mapped IPv6 one, as a dual-stack listener reports it; any other address is unchanged. */
export const unmapAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");

/** `127.0.0.1:7878`, `[::1]:7878`. */
export const formatEndpoint = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** `::1` for `[::1]`, as IPv6 addresses are written before a port; anything else is unchanged. */
export const stripBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/** Whether a listener on this address takes connections on every interface. */
export const isUnspecified = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** Whether only programs on this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || unmapAddress(host).startsWith("127.");
