import { UsageError } from "../lib/errors.ts";
import { closeOnExec } from "../lib/posix/descriptors.ts";
import { libcAvailable } from "../lib/posix/libc.ts";
import { listeningAddress } from "../lib/posix/listener.ts";
import type { ListenTarget, PassedSocket } from "./transport/listen-error.ts";

/** The variables of sd_listen_fds(3). */
const variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] as const;

type Environment = Partial<Record<string, string>>;

/** The first descriptor that a service manager passes: SD_LISTEN_FDS_START. */
const FIRST_FD = 3;

/** The name of a socket to which the manager has given none. */
const NAMELESS = "unknown";

/**
 * The sockets that a service manager has passed to this process, as sd_listen_fds_with_names(3) defines them. Variables
 * that are meant for another process count as absent.
 * @throws UsageError when the variables make no sense
 */
export function passedSockets(environment: Environment, pid: number): readonly PassedSocket[] {
  const { LISTEN_PID: meant, LISTEN_FDS: count, LISTEN_FDNAMES: names = "" } = environment;
  if (count === undefined || Number(meant) !== pid) return [];
  if (!/^\d{1,3}$/.test(count)) throw new UsageError(`LISTEN_FDS "${count}": expected the number of sockets`);
  const nameOf = names.split(":");
  return Array.from({ length: Number(count) }, (_, i) => ({ fd: FIRST_FD + i, name: nameOf[i] || NAMELESS }));
}

/**
 * What to tell the user when the sockets are meant for the process that has started this one, such as `bun run` or a
 * script; undefined when they are not.
 */
export function missedSockets(
  { LISTEN_PID: meant, LISTEN_FDS: count }: Environment,
  parent: number,
): string | undefined {
  if (count === undefined || Number(meant) !== parent) return undefined;
  return `LISTEN_FDS: the sockets were passed to the process that has started this one (PID ${parent}), and are not used; let the service manager start echobench itself`;
}

function toTarget(passed: PassedSocket): ListenTarget {
  const address = listeningAddress(passed.fd);
  if (address) return { ...address, service: "echo", passed };
  throw new UsageError(
    `LISTEN_FDS: descriptor ${passed.fd} ("${passed.name}") is no socket that listens; expected a socket unit with ListenStream= and Accept=no`,
  );
}

/**
 * Takes the sockets that a service manager (systemd with a socket unit) has passed to this process. Child processes get
 * neither them nor the variables.
 * @returns where they listen; nothing when none was passed
 * @throws UsageError when something else than listening sockets was passed
 */
export function takePassedSockets(environment: Environment = process.env, pid = process.pid): readonly ListenTarget[] {
  const sockets = passedSockets(environment, pid);
  for (const name of variables) delete environment[name];
  if (sockets.length === 0) return [];
  if (!libcAvailable) throw new UsageError("LISTEN_FDS: expected Linux; sockets cannot be taken over on this platform");
  const targets = sockets.map(toTarget);
  for (const { fd } of sockets) closeOnExec(fd);
  return targets;
}
