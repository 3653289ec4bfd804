import { type AdminEndpoint, AdminServer, type Answer, textAnswer } from "../../lib/admin/admin-server.ts";
import { plural } from "../../lib/text/format-units.ts";
import { toJson } from "../../lib/text/harmless.ts";
import type { Monitor } from "../service/monitor.ts";
import type { LiveMessage } from "./live-message.ts";
import { livePage } from "./live-page.ts";
import { metricsType, renderMetrics } from "./metrics.ts";

/** The answer to a health check. */
function healthAnswer({ state, workers, serving }: ReturnType<Monitor["health"]>): Answer {
  if (state === "draining") return textAnswer(503, "draining");
  const count = `${serving} of ${plural(workers, "worker")} ${serving === 1 ? "serves" : "serve"}`;
  if (state === "stalled") return textAnswer(503, `stalled: ${count}`);
  return textAnswer(200, serving === workers ? "ok" : `ok: ${count}`);
}

/**
 * Serves the live page and the figures of a server.
 * @throws UnreachableError when it cannot listen there
 */
export function startAdmin(endpoint: AdminEndpoint, token: string | undefined, monitor: Monitor): Promise<AdminServer> {
  return AdminServer.start(endpoint, token, {
    page: livePage,
    events: {
      whole: (): LiveMessage => ({ ...monitor.overview(), history: monitor.history }),
      onChange: (listener) =>
        monitor.onSample(() => listener((): LiveMessage => ({ ...monitor.overview(), sample: monitor.latest }))),
    },
    answers: new Map<string, () => Answer | Promise<Answer>>([
      ["/metrics", async () => ({ type: metricsType, body: await renderMetrics(monitor.overview()) })],
      ["/stats.json", () => ({ type: "application/json", body: toJson(monitor.overview()) })],
      ["/healthz", () => healthAnswer(monitor.health())],
    ]),
  });
}
