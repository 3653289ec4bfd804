import { expect, test } from "bun:test";
import { shownCommand } from "./shown-command.ts";

test.each([
  ["./server --admin-token s3cret --port 80", "./server --admin-token *** --port 80"],
  ["./server --token='a b' -v", "./server --token=*** -v"],
  ['DB_PASSWORD="a b" ./server', "DB_PASSWORD=*** ./server"],
  ["API_KEY=x ./server {port}", "API_KEY=*** ./server {port}"],
  ["curl -H 'X-Secret: abc'", "curl -H 'X-Secret: ***'"],
  ["./proxy http://me:pass@host/ {port}", "./proxy http://***@host/ {port}"],
  ["./proxy http://me:p@ss@host/a@b", "./proxy http://***@host/a@b"],
])("hides what looks like a secret: %s", (line, shown) => {
  expect(shownCommand(line)).toBe(shown);
});

test.each(["bun run server --port {port}", "./keyserver --monkey 1 user@host", "ssh me@host ./server"])(
  "leaves as it is: %s",
  (line) => {
    expect(shownCommand(line)).toBe(line);
  },
);
