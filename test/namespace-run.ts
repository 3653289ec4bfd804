import { runClient, ServerProgram } from "./program.ts";

/** Runs server and client side by side where nobody else is, such as in a network namespace of their own. */
await using server = await ServerProgram.start("--port", "7878");
const { exitCode, stdout, stderr } = await runClient("--port", String(server.port), ...process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
