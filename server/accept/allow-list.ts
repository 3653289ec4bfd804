import { BlockList, isIP } from "node:net";
import { unmapAddress } from "../../lib/address/address.ts";
import { ValueError } from "../../lib/errors.ts";

/** A network: its address, the bits that count, and its family. */
export interface AddressRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/**
 * Reads `10.0.0.0/8`, `fd00::/8` or a single address; undefined for anything else.
 * @throws ValueError for more bits than an address has
 */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = "", prefixText, ...rest] = text.trim().split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d+$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) throw new ValueError(`expected an address or a range of at most /${bits}`);
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** Says of a peer's address whether it may connect; with no ranges everyone may, with ranges nobody without address. */
export function createAllowList(ranges: readonly AddressRange[]): (address: string | undefined) => boolean {
  if (ranges.length === 0) return () => true;
  const allowed = new BlockList();
  for (const { address, prefix, family } of ranges) allowed.addSubnet(address, prefix, family);
  return (address) => {
    if (address === undefined) return false;
    const plain = unmapAddress(address);
    return allowed.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  };
}
