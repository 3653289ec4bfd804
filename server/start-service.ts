import { Fleet } from "./fleet/fleet.ts";
import { LocalService } from "./local-service.ts";
import type { LogOutput } from "./log-output.ts";
import type { ServerSettings } from "./server.ts";
import type { Service, ServiceSettings } from "./service.ts";

/**
 * Starts the server: in this process, or in as many others as asked for.
 * @throws UnreachableError when it cannot listen
 */
export const startService = (settings: ServerSettings, asked: ServiceSettings, output: LogOutput): Promise<Service> =>
  asked.workers > 1 ? Fleet.start(settings, asked, output) : LocalService.start(settings, asked, output.log);
