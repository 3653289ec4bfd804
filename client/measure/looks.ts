/** How often a load thread looks at some of its connections. */
export const LOOK_MS = 10;

/** Looks in which each connection has had its turn. */
export const LOOKS = 10;

/** How often it looks at itself. */
export const SWEEP_MS = LOOK_MS * LOOKS;

/** How many of so many connections one look takes. */
export const looksAtOnce = (connections: number): number => Math.ceil(connections / LOOKS);
