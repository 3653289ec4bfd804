// Node's net module, piped: node echo_server.mjs PORT
import { createServer } from "node:net";

createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
}).listen(Number(process.argv[2]), "127.0.0.1");
