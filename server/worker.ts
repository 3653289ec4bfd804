import { runWorker } from "./fleet/run-worker.ts";

runWorker();
