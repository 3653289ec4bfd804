import { Fleet } from "./fleet/fleet.ts";
import { LocalService } from "./local-service.ts";
import type { LogOutput } from "./log-output.ts";
import type { ServerSettings } from "./server.ts";
import type { Service, ServiceSettings } from "./service.ts";

/**
 * Starts the server: on Bun's loop of this thread, on a loop of its own in another, or in as many processes as asked for.
 * @throws UnreachableError when it cannot listen
 */
export const startService = (settings: ServerSettings, asked: ServiceSettings, output: LogOutput): Promise<Service> =>
  asked.workers > 1 || asked.engine === "epoll"
    ? Fleet.start(settings, asked, output)
    : LocalService.start(settings, asked, output.log);
