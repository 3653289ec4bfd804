import { ValueError } from "../../lib/errors.ts";

/** One of the clients that put a load on a server together. */
export interface Shard {
  /** from 1 to `of` */
  readonly index: number;
  readonly of: number;
}

const MAX_SHARDS = 100_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an engine that starts many processes says which of them one is. */
interface Source {
  /** its variable of the process's number */
  readonly rank: string;
  /** that of how many there are */
  readonly size: string;
}

/** In the order in which they are asked: mpirun in a job of Slurm has the variables of both, and those of Slurm are of the job. */
const sources: readonly Source[] = [
  { rank: "OMPI_COMM_WORLD_RANK", size: "OMPI_COMM_WORLD_SIZE" },
  { rank: "JOB_COMPLETION_INDEX", size: "ECHO_CLIENT_SHARDS" },
  { rank: "SLURM_PROCID", size: "SLURM_NTASKS" },
];

const known = sources.map(({ rank, size }) => `${rank} and ${size}`).join(", ");

const toNumber = (text: string | undefined): number => (/^\d{1,6}$/.test(text ?? "") ? Number(text) : Number.NaN);

/** @throws ValueError when no engine says which shard this is, or one says something impossible */
function shardOf(environment: Environment): Shard {
  const source = sources.find(({ rank }) => environment[rank] !== undefined);
  if (!source) throw new ValueError(`expected a variable of the engine that started this: ${known}`);
  const { rank, size } = source;
  const index = toNumber(environment[rank]) + 1;
  const of = toNumber(environment[size]);
  if (index <= of && of <= MAX_SHARDS) return { index, of };
  const found = `${rank} ${environment[rank] ?? "none"} and ${size} ${environment[size] ?? "none"}`;
  throw new ValueError(`expected in ${rank} a number from 0, below that in ${size}; found ${found}`);
}

/**
 * Reads `I/N`, or `auto`: what the engine that started this process says in its environment.
 * @returns undefined for anything else
 * @throws ValueError when an engine says nothing, or something impossible
 */
export function parseShard(text: string, environment: Environment = process.env): Shard | undefined {
  if (text === "auto") return shardOf(environment);
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined) return undefined;
  return index >= 1 && index <= of && of <= MAX_SHARDS ? { index, of } : undefined;
}

/** `1/3`. */
export const shardText = ({ index, of }: Shard): string => `${index}/${of}`;
