import { z } from "zod";
import { amount, count, text } from "./schema-parts.ts";

/** TCP_INFO of the client's connections, within the window. */
export const tcpInfo = z.object({
  connections: count.describe("number of connections that were sampled"),
  rttUs: amount.describe("smoothed round-trip time, mean over the window"),
  minRttUs: amount.describe("smallest of all connections"),
  retransmits: count.describe("sum"),
  cwnd: amount.describe("congestion window in segments, mean over the window"),
  sndMss: amount.describe("mean"),
  samples: count.default(0).describe("how often they were asked: the weight of rttUs and cwnd"),
  deliveryRateBps: amount.describe("bytes a second, sum"),
  busyMs: amount.describe("time with data to send, sum"),
  rwndLimitedMs: amount.describe("part of busyMs: limited by the receive window of the peer"),
  sndbufLimitedMs: amount.describe("part of busyMs: limited by the send buffer"),
  sndbufBytes: amount.describe("as granted, mean"),
  rcvbufBytes: amount.describe("as granted, mean"),
  ecnConnections: count.nullable().default(null).describe("connections whose ends both use ECN"),
  ecnSeenConnections: count
    .nullable()
    .default(null)
    .describe("connections to which a packet came that could be marked, ECT"),
  advice: text.nullable().default(null).describe("what to change, if these figures explain the throughput"),
});

/** What moved one way, as the end that receives counted it; null where nothing goes that way. */
export const way = z
  .object({
    bytes: count.describe("received and verified at the end that receives, within the window"),
    bytesPerSecond: amount,
    sender: z
      .object({
        connections: count.describe("number of connections of which the kernel of the sending end had figures"),
        rttUs: amount.describe("smoothed round-trip time, mean"),
        minRttUs: amount,
        retransmits: count.describe("sum"),
        cwnd: amount.describe("congestion window in segments, mean"),
        sndMss: amount.describe("mean"),
        deliveryRateBps: amount.describe("bytes a second, sum"),
        busyMs: amount.describe("time with data to send, sum"),
        rwndLimitedMs: amount.describe("part of busyMs: limited by the receive window of the peer"),
        sndbufLimitedMs: amount.describe("part of busyMs: limited by the send buffer"),
        limitedBy: z
          .enum(["network", "receiver", "send-buffer", "sender"])
          .describe("what held the sending end up: the network is what is left when neither buffer did"),
      })
      .nullable()
      .describe("TCP_INFO of the end that sends: of the client for uploads, of the server for downloads"),
    ecn: z
      .object({
        connections: count.describe("of which the client's kernel was asked when their bytes had moved"),
        ecnConnections: count.describe("those whose ends both use ECN"),
        ecnSeenConnections: count.describe(
          "those to the client's end of which a packet came that could be marked, ECT",
        ),
      })
      .nullable()
      .default(null),
  })
  .nullable();
