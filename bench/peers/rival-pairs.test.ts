import { expect, test } from "bun:test";
import { parseSockperf } from "./rival-pairs.ts";

const printed = `sockperf: [Total Run] RunTime=2.007 sec; Warm up time=400 msec; SentMessages=17468; ReceivedMessages=17467
sockperf: ========= Printing statistics for Server No: 0
sockperf: [Valid Duration] RunTime=1.500 sec; SentMessages=13221; ReceivedMessages=13220
sockperf: \u001B[2;35m====> avg-rtt=116.203 (std-dev=1818.444)\u001B[0m
sockperf: # dropped messages = 0; # duplicated messages = 0; # out-of-order messages = 0
sockperf: ---> <MAX> observation = 70865.803
sockperf: ---> percentile 99.990 = 1452.786
sockperf: ---> percentile 99.900 =   46.593
sockperf: ---> percentile 99.000 =    9.053
sockperf: ---> percentile 50.000 =    6.720
sockperf: ---> <MIN> observation =    6.379
`;

test("reads rate and percentiles of what sockperf counted as valid", () => {
  const { messagesPerSecond, ...times } = parseSockperf(printed) ?? {};
  expect(messagesPerSecond).toBeCloseTo(13_220 / 1.5);
  expect(times).toEqual({ p50Ns: 6_720, p99Ns: 9_053, p99_9Ns: 46_593 });
});

test.each(["[Valid Duration]", "percentile 99.900"])("without %s there are no figures", (needed) => {
  expect(parseSockperf(printed.replace(needed, "nothing"))).toBeUndefined();
});
