import { besideTexts, copyTexts, sortRounds } from "../suite/rounds.ts";
import type { Sample } from "../suite/sample.ts";
import type { Side } from "./comparison.ts";

/** Results of the client, and why files beside them could not be read. */
interface Results {
  readonly path: string;
  readonly samples: readonly Sample[];
  readonly problems: readonly string[];
}

/** Results of the client: those that ran beside others or are copies repeat nothing, so they are no rounds. */
export function sideOfResults({ path, samples, problems }: Results, name: string): Side {
  const rounds = sortRounds(samples);
  const beside = rounds.beside.map(
    ({ source }) => `${source}: it ran at the same time as another one, so it is no round`,
  );
  return {
    ...{ name, path, samples: rounds.alone, missing: problems, doubts: besideTexts(rounds) },
    leftOut: [...copyTexts(rounds), ...beside],
  };
}
