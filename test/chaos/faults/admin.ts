import { openRaw } from "../../fixtures/raw-client.ts";
import { within } from "../health.ts";
import { between, oneOf } from "../random.ts";
import { serverOf } from "../world.ts";
import type { Fault } from "./fault.ts";

const LIMIT_MS = 30_000;
const CONNECTIONS = 200;

export const adminFaults: readonly Fault[] = [
  {
    name: "admin-page-is-flooded",
    lane: "server",
    async inject(world, random) {
      const { adminUrl } = serverOf(world, oneOf(random, ["single", "workers"]));
      const port = Number(new URL(adminUrl).port);
      const opening = Array.from({ length: CONNECTIONS }, () => openRaw(port));
      const sockets = (await within(LIMIT_MS, "connections to the admin page", Promise.allSettled(opening))).flatMap(
        (each) => (each.status === "fulfilled" ? [each.value.resume()] : []),
      );
      try {
        await Bun.sleep(between(random, 500, 2_000));
      } finally {
        for (const socket of sockets) socket.destroy();
      }
      const answers = async (): Promise<boolean> => {
        const signal = AbortSignal.timeout(2_000);
        return fetch(`${adminUrl}healthz`, { signal }).then(
          ({ ok }) => ok,
          () => false,
        );
      };
      const answered = async (): Promise<void> => {
        while (!(await answers())) await Bun.sleep(100);
      };
      await within(LIMIT_MS, "an answer of the admin page", answered());
    },
  },
];
