import { messages } from "../lib/cli/command.ts";
import { InterruptedError, messageOf, RunFailedError, UsageError } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";
import { type Checkout, checkOut, ownRepository, readCommit, type Repository, setUp } from "./driver/checkout.ts";
import { choosePlacement } from "./driver/placement.ts";
import { requireCheckout } from "./driver/processes.ts";
import { type CommandLine, startOnPort, verifyEcho } from "./driver/server-on-port.ts";
import type { AbOptions } from "./options.ts";
import type { Variant } from "./suite/runner.ts";

type Use<T> = (variants: readonly Variant[]) => Promise<T>;

/** Checks out the commits to compare, calls `use` with them and removes them. */
export async function withVariants<T>(options: AbOptions, use: Use<T>): Promise<T> {
  const { server, setup } = options;
  if (server) return await withServersOf(server, options, use);
  if (setup !== undefined) throw new UsageError("--setup: expected with --server, whose commits it makes ready");
  requireCheckout("ab");
  return await withCommits(options, ownRepository, (base, head) =>
    use([
      { name: "base", checkout: base.path, commit: base.commit },
      { name: "head", checkout: head?.path ?? checkoutRoot, commit: head?.commit ?? describeTool().commit },
    ]),
  );
}

/** @param use gets no head where this checkout is compared as it is */
async function withCommits<T>(
  options: AbOptions,
  repository: Repository,
  use: (base: Checkout, head: Checkout | undefined) => Promise<T>,
): Promise<T> {
  messages.log(`Checking out and setting up ${options.base}${options.head ? ` and ${options.head}` : ""}.`);
  await using base = await checkOut(repository, "--base", options.base);
  await using head = options.head ? await checkOut(repository, "--head", options.head) : undefined;
  return await use(base, head);
}

/** Compares the servers that a command starts in the commits of the repository from which this program was started. */
async function withServersOf<T>(server: CommandLine, options: AbOptions, use: Use<T>): Promise<T> {
  const folder = process.cwd();
  const setup = options.setup === undefined ? undefined : ["sh", "-c", options.setup];
  const repository = { folder, setup };
  return await withCommits(options, repository, async (base, head) => {
    if (!head) await setUp(repository, folder, "this folder");
    const sides = [
      { name: "base", ...base },
      { name: "head", ...(head ?? { path: folder, commit: await readCommit(repository) }) },
    ];
    const variants = sides.map(({ name, path, commit }) => ({
      ...{ name, commit, checkout: checkoutRoot },
      foreign: { server, folder: path },
    }));
    for (const { name, foreign } of variants) await checkServer(name, foreign);
    return await use(variants);
  });
}

/** Starts a server once, so that one which does not echo ends the comparison before it begins, with all that it says. */
async function checkServer(name: string, { server, folder }: NonNullable<Variant["foreign"]>): Promise<void> {
  messages.log(`Checking the server of ${name}.`);
  const placement = choosePlacement();
  try {
    await using running = await startOnPort(server.on, { prefix: placement.server, folder, messages: "inherit" });
    await verifyEcho(running.port, placement);
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    throw new RunFailedError(`the server of ${name}, ${server.line}: ${messageOf(error)}`);
  }
}
