import type { ServerSettings } from "./accept/server.ts";
import { LocalService } from "./service/local-service.ts";
import type { Service, ServiceSettings } from "./service/service.ts";
import { Supervisor, type WorkerOutput } from "./workers/supervisor.ts";

/**
 * Starts the server in this process, or, for several workers or the epoll engine, under a supervisor.
 * @throws UnreachableError when it cannot listen
 */
export const startService = (
  settings: ServerSettings,
  serviceSettings: ServiceSettings,
  output: WorkerOutput,
): Promise<Service> =>
  serviceSettings.workers > 1 || serviceSettings.engine === "epoll"
    ? Supervisor.start(settings, serviceSettings, output)
    : LocalService.start(settings, serviceSettings, output.log);
