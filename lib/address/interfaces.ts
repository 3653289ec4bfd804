import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/**
 * This machine's network interfaces by name, with their addresses. There are none where the process may not ask, such as
 * under systemd's `RestrictAddressFamilies=` without AF_NETLINK.
 */
export function ownInterfaces(): Readonly<NodeJS.Dict<NetworkInterfaceInfo[]>> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}
