import { adminFaults } from "./admin.ts";
import { diskFaults } from "./disks.ts";
import type { Fault } from "./fault.ts";
import { hostileClients } from "./hostile-clients.ts";
import { hostileServers } from "./hostile-servers.ts";
import { networkFaults } from "./networks.ts";
import { processFaults } from "./processes.ts";

/** Every fault that chaos injects. */
export const faults: readonly Fault[] = [
  ...hostileClients,
  ...processFaults,
  ...adminFaults,
  ...hostileServers,
  ...diskFaults,
  ...networkFaults,
];

/** The words of `--only`. */
export const faultNames: readonly string[] = faults.map(({ name }) => name);
