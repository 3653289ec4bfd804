/** Returns a function that draws random messages: never the same twice in a row, however short, so that an old echo is wrong. */
export function createPingMessages(bytes: number): () => Uint8Array {
  let last = new Uint8Array(bytes);
  return () => {
    const next = new Uint8Array(bytes);
    do crypto.getRandomValues(next);
    while (Buffer.compare(next, last) === 0);
    last = next;
    return next;
  };
}
