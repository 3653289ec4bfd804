import { messages } from "../lib/cli/command.ts";
import { commandLineOf, quietServer, startServer } from "../bench/driver/processes.ts";

messages.log("Starting an echo server and loading it for 5 seconds.\n");
await using server = await startServer([...commandLineOf("server"), ...quietServer]);
const load = ["--port", String(server.port), "--conns", "10", "--duration", "5s"];
const client = Bun.spawn([...commandLineOf("client"), ...load], { stdio: ["ignore", "inherit", "inherit"] });
// Ctrl+C also reaches the client, which prints its report and ends; only then the server is stopped.
process.on("SIGINT", () => {});
process.exitCode = await client.exited;
