import { expect, test } from "bun:test";
import { parseShard } from "./shard.ts";

test.each([
  ["1/1", { index: 1, of: 1 }],
  ["3/10", { index: 3, of: 10 }],
])("reads %s", (text, shard) => expect(parseShard(text, {})).toEqual(shard));

test.each(["", "0/3", "4/3", "1/0", "1", "1/", "/3", "1/3/5", "-1/3", "1/100001", "1 / 3", "Auto"])(
  "%p is no shard",
  (text) => expect(parseShard(text, {})).toBeUndefined(),
);

test.each([
  ["Slurm", { SLURM_PROCID: "0", SLURM_NTASKS: "4" }, { index: 1, of: 4 }],
  ["an Indexed Job", { JOB_COMPLETION_INDEX: "3", ECHO_CLIENT_SHARDS: "4" }, { index: 4, of: 4 }],
  ["Open MPI", { OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "2" }, { index: 2, of: 2 }],
  [
    "Open MPI within a job of Slurm",
    { SLURM_PROCID: "0", SLURM_NTASKS: "1", OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "2" },
    { index: 2, of: 2 },
  ],
])("auto is what %s says", (_name, environment, shard) => expect(parseShard("auto", environment)).toEqual(shard));

test.each([
  [{}, "expected a variable of the engine that started this: OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE"],
  [{ JOB_COMPLETION_INDEX: "0" }, "found JOB_COMPLETION_INDEX 0 and ECHO_CLIENT_SHARDS none"],
  [{ SLURM_PROCID: "4", SLURM_NTASKS: "4" }, "found SLURM_PROCID 4 and SLURM_NTASKS 4"],
  [{ SLURM_PROCID: "x", SLURM_NTASKS: "4" }, "found SLURM_PROCID x and SLURM_NTASKS 4"],
])("auto is refused where %p is all that is known", (environment, message) => {
  expect(() => parseShard("auto", environment)).toThrow(message);
});
