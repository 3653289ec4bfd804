import type { IcmpError } from "../../lib/posix/icmp-error.ts";

/** What an ICMP message says about a connect. */
export interface IcmpMeaning {
  readonly verdict: "net-unreachable" | "host-unreachable" | "port-unreachable" | "prohibited" | "unreachable";
  readonly words: string;
}

const meaning = (verdict: IcmpMeaning["verdict"], words: string): IcmpMeaning => ({ verdict, words });

/** Destination unreachable, type 3: RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const ipv4: Readonly<Record<number, IcmpMeaning>> = {
  0: meaning("net-unreachable", "network unreachable"),
  1: meaning("host-unreachable", "host unreachable"),
  2: meaning("unreachable", "the host does not speak TCP"),
  3: meaning("port-unreachable", "port unreachable"),
  6: meaning("net-unreachable", "network unknown"),
  7: meaning("host-unreachable", "host unknown"),
  9: meaning("prohibited", "network administratively prohibited"),
  10: meaning("prohibited", "host administratively prohibited"),
  13: meaning("prohibited", "communication administratively prohibited"),
};

/** Destination unreachable, type 1: RFC 4443 3.1. */
const ipv6: Readonly<Record<number, IcmpMeaning>> = {
  0: meaning("net-unreachable", "no route to the destination"),
  1: meaning("prohibited", "communication administratively prohibited"),
  2: meaning("net-unreachable", "beyond the scope of the source address"),
  3: meaning("host-unreachable", "address unreachable"),
  4: meaning("port-unreachable", "port unreachable"),
  5: meaning("prohibited", "source address failed the ingress or egress policy"),
  6: meaning("prohibited", "rejected by a route to the destination"),
};

/** Time exceeded: the packet passed too many routers. */
const timeExceeded = { 4: 11, 6: 3 } as const;
const unreachable = { 4: 3, 6: 1 } as const;

/** Interprets an ICMP message. */
export function icmpMeaning({ version, type, code }: IcmpError): IcmpMeaning {
  if (type === timeExceeded[version]) return meaning("net-unreachable", "too many hops; there may be a routing loop");
  const known = type === unreachable[version] ? (version === 4 ? ipv4 : ipv6)[code] : undefined;
  return known ?? meaning("unreachable", `ICMP type ${type}, code ${code}`);
}
