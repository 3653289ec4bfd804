import { expect, test } from "bun:test";
import { describeBuffers } from "./kernel-notes.ts";

test("says what was asked for, what was granted, and which setting limits it", () => {
  const asked = { sndbufBytes: 65_536, rcvbufBytes: 4_194_304 };
  expect(describeBuffers(asked, { sndbufBytes: 131_072, rcvbufBytes: 425_984 })).toBe(
    "Kernel granted SO_SNDBUF 128 KiB (asked 64 KiB), SO_RCVBUF 416 KiB (asked 4 MiB, limited by net.core.rmem_max)",
  );
  expect(
    describeBuffers({ sndbufBytes: undefined, rcvbufBytes: undefined }, { sndbufBytes: 16_384, rcvbufBytes: 131_072 }),
  ).toBe("Kernel granted SO_SNDBUF 16 KiB (autotuned), SO_RCVBUF 128 KiB (autotuned)");
});
