import { type OneWayScenario, pairScenarios, type Scenario } from "../driver/scenarios.ts";

/** A load with a rate. */
export type PacedScenario = Scenario & { readonly rate: number };

const isOneWay = (each: Scenario | OneWayScenario): each is OneWayScenario => "way" in each;
const isMessageLoad = (each: Scenario | OneWayScenario): each is Scenario => !isOneWay(each);
const isPaced = (each: Scenario): each is PacedScenario => each.rate !== undefined;
const isForPairs = (each: Scenario): boolean => pairScenarios.includes(each);

/** Sorts scenarios by who is measured under them. */
export function sortScenarios(scenarios: ReadonlyArray<Scenario | OneWayScenario>) {
  const messageLoads = scenarios.filter(isMessageLoad);
  return {
    /** servers and clients */
    closed: messageLoads.filter((each) => !isPaced(each) && !isForPairs(each)),
    /** clients that keep a schedule */
    paced: messageLoads.filter(isPaced),
    /** server and client of one maker, message by message */
    forPairs: messageLoads.filter(isForPairs),
    /** server and client of one maker, one way */
    oneWay: scenarios.filter(isOneWay),
  };
}
