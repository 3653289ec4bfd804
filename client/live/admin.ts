import { type AdminContent, AdminServer, type Answer, resolveAdmin, textAnswer } from "../../lib/admin/admin-server.ts";
import type { AdminAddress } from "../../lib/admin/address.ts";
import { UnreachableError, UsageError } from "../../lib/errors.ts";
import { metricsContentType } from "../../lib/text/prometheus.ts";
import type { LiveMessage } from "./live-message.ts";
import { renderRunPage } from "./live-page.ts";
import { renderLiveMetrics } from "./metrics.ts";
import type { RunMonitor } from "./run-monitor.ts";

/** For a load, `UnreachableError` would say that the target cannot be reached. */
function asUsageError(error: unknown): never {
  throw error instanceof UnreachableError ? new UsageError(error.message) : error;
}

/** What is to be shown of a run, and where. */
export interface RunAdmin {
  readonly admin: AdminAddress;
  readonly adminToken: string | undefined;
  readonly monitor: RunMonitor;
  readonly isStream: boolean;
}

/**
 * Serves the live page and the metrics of a run.
 * @throws UsageError when it cannot listen there
 */
export async function startRunAdmin({ admin, adminToken, monitor, isStream }: RunAdmin): Promise<AdminServer> {
  const endpoint = await resolveAdmin(admin, adminToken).catch(asUsageError);
  const content: AdminContent = {
    page: renderRunPage(monitor.figures().target, isStream),
    events: {
      whole: (): LiveMessage => ({ ...monitor.figures(), history: monitor.history }),
      onChange: (listener) =>
        monitor.onChange((sample) => listener((): LiveMessage => ({ ...monitor.figures(), sample }))),
    },
    answers: new Map<string, () => Answer | Promise<Answer>>([
      ["/metrics", async () => ({ type: metricsContentType, body: await renderLiveMetrics(monitor) })],
      ["/healthz", () => textAnswer(200, monitor.figures().phase)],
    ]),
  };
  return AdminServer.start(endpoint, adminToken, content).catch(asUsageError);
}
