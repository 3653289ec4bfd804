import { Supervisor } from "./workers/supervisor.ts";
import { LocalService } from "./service/local-service.ts";
import type { LogOutput } from "./log/output.ts";
import type { ServerSettings } from "./echo/server.ts";
import type { Service, ServiceSettings } from "./service/service.ts";

/**
 * Starts the server: on Bun's loop of this thread, on a loop of its own in another, or in as many processes as asked for.
 * @throws UnreachableError when it cannot listen
 */
export const startService = (settings: ServerSettings, asked: ServiceSettings, output: LogOutput): Promise<Service> =>
  asked.workers > 1 || asked.engine === "epoll"
    ? Supervisor.start(settings, asked, output)
    : LocalService.start(settings, asked, output.log);
