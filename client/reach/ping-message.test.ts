import { expect, test } from "bun:test";
import { createPingMessages } from "./ping-message.ts";

test.each([1, 2, 64])("messages of %p bytes differ from the one before", (bytes) => {
  const next = createPingMessages(bytes);
  let last = next();
  for (let i = 0; i < 2_000; i++) {
    const message = next();
    expect(message).toHaveLength(bytes);
    expect(message).not.toEqual(last);
    last = message;
  }
});
