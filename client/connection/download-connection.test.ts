import { expect, test } from "bun:test";
import { answerLine } from "../../lib/oneway/request.ts";
import { DownloadConnection } from "./download-connection.ts";
import { oneWayContext, takingChannel } from "./oneway.fixture.ts";

/** A download that has been asked for. */
function downloading() {
  const { context, budget } = oneWayContext();
  const connection = new DownloadConnection(context, 0, 0);
  connection.opened(takingChannel);
  connection.start();
  const add = (bytes: Uint8Array): void => connection.received(bytes, 0, bytes.length);
  const stopLoad = (): void => {
    budget.close();
    connection.proceed(0);
  };
  return { connection, add, stopLoad, stream: (length: number) => context.echo.copy(0, length) };
}

test.each([0, 1, 65_535, 65_536, 200_000])("a flipped bit at byte %i of a long read is named there", (at) => {
  const { connection, add, stream } = downloading();
  add(Buffer.from(answerLine()));
  const bytes = stream(300_000);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  add(bytes);
  if (connection.isOpen) connection.ended();
  expect(connection.failure).toMatchObject({ kind: "mismatch", offset: at });
  expect(connection.failure?.message).toContain("1 bit flipped");
});

test.each<[string, string]>([
  [
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    'before it answered what it was asked to send; it said "HTTP/1.1 400 Bad Request"',
  ],
  ["", "before it answered what it was asked to send"],
])("a peer that ends after %j has not answered", (said, message) => {
  const { connection, add } = downloading();
  if (said) add(Buffer.from(said));
  connection.ended();
  expect(connection.failure).toMatchObject({ kind: "closed-early", message: `the server ended the stream ${message}` });
});

test("a trailer that cannot be read is shown", () => {
  const { connection, add, stopLoad, stream } = downloading();
  add(Buffer.from(answerLine()));
  stopLoad();
  add(stream(1_000));
  add(Buffer.from(`${"ECHOBENCH/1 END sent=1000 rttUs=abc".padEnd(511)}\n`));
  connection.ended();
  expect(connection.failure).toMatchObject({
    kind: "closed-early",
    message:
      'the server ended the stream after 1,000 bytes with a line that is no trailer: "ECHOBENCH/1 END sent=1000 rttUs=abc"',
  });
});
