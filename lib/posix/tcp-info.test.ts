import { expect, test } from "bun:test";
import { libcAvailable, socketBuffers, tcpInfoBytes } from "./libc.ts";
import { readTcpInfo, readTcpSample } from "./tcp-info.ts";

test("reads the struct's fields at their offsets, and 0 for those that an older kernel does not have", () => {
  const bytes = new Uint8Array(192);
  const view = new DataView(bytes.buffer);
  view.setUint8(5, 8);
  view.setUint32(16, 1_448, true);
  view.setUint32(60, 1_500, true);
  view.setUint32(68, 0xfe_dc_ba_98, true);
  view.setUint32(72, 30, true);
  view.setUint32(80, 10, true);
  view.setUint32(100, 3, true);
  view.setUint32(140, 77, true);
  view.setUint32(148, 200, true);
  view.setBigUint64(160, 5_000_000n, true);
  view.setBigUint64(168, 9_000n, true);
  view.setBigUint64(176, 4_000n, true);
  view.setBigUint64(184, 2_000n, true);
  expect(readTcpInfo(bytes)).toEqual({
    hasEcn: true,
    hasSynData: false,
    sawEcn: false,
    sndMss: 1_448,
    pathMtuBytes: 1_500,
    rttUs: 0xfe_dc_ba_98,
    rttVarianceUs: 30,
    segmentsIn: 77,
    cwnd: 10,
    retransmits: 3,
    minRttUs: 200,
    deliveryRateBps: 5_000_000,
    busyMs: 9,
    rwndLimitedMs: 4,
    sndbufLimitedMs: 2,
  });
  expect(readTcpSample(bytes)).toEqual({ rttUs: 0xfe_dc_ba_98, cwnd: 10, retransmits: 3 });
  expect(readTcpInfo(bytes.subarray(0, 104))).toMatchObject({ retransmits: 3, minRttUs: 0, busyMs: 0 });
});

test.skipIf(!libcAvailable)("a descriptor that is no socket has no TCP_INFO and no buffers", () => {
  expect(tcpInfoBytes(0)).toBeUndefined();
  expect(socketBuffers(0)).toEqual({ sndbufBytes: 0, rcvbufBytes: 0 });
});
