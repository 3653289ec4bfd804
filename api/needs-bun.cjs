// What programs on Node import instead of the API, which runs on Bun only. Node looks for the names before it runs this.
exports.compare = exports.probe = exports.runLoad = exports.startServer = undefined;
exports.InterruptedError = exports.RunFailedError = exports.UnreachableError = exports.UsageError = undefined;

throw new Error(
  "the API of echobench runs on Bun 1.4.5 or later, not on Node: start the program with bun, which npm install -g bun brings; " +
    "or start the command instead: npx echobench --help",
);
