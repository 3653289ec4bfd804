import { choosePlacement } from "./placement.ts";
import { commandLineOf, type RunningServer, startServer } from "./processes.ts";
import { type CommandLine, startOnPort } from "./server-on-port.ts";

/** A checkout of echobench that is measured. */
export interface MeasuredCheckout {
  readonly name: string;
  readonly checkout: string;
  /** a server of another program, which is measured instead, and the folder in which its command runs */
  readonly foreign?: { readonly server: CommandLine; readonly folder: string };
  /** variables of its server, besides those of this process */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where server and client run. */
export interface Rig {
  readonly description: string;
  /** of the server, for the client */
  readonly address: string;
  /** @throws RunFailedError when it ends before it listens */
  startServer(of: MeasuredCheckout, options: readonly string[]): Promise<RunningServer>;
  /** The command line that runs the client of a checkout. */
  clientCommand(of: MeasuredCheckout): readonly string[];
}

/** Both on this machine, each on its cores. */
export function localRig(): Rig {
  const placement = choosePlacement();
  return {
    description: placement.description,
    address: "127.0.0.1",
    startServer: ({ checkout, environment, foreign }, options) =>
      foreign
        ? startOnPort(foreign.server.on, { prefix: placement.server, folder: foreign.folder })
        : startServer([...placement.server, ...commandLineOf("server", checkout), ...options], environment),
    clientCommand: ({ checkout }) => [...placement.load, ...commandLineOf("client", checkout)],
  };
}
