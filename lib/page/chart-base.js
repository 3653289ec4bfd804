// @ts-check
/* What the scripts of all pages share. */

/** @typedef {ReadonlyArray<readonly [factor: number, unit: string]>} Scale from the largest factor to the smallest */

/** @type {Scale} */
const latencyScale = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/** @type {Scale} */
const byteScale = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
  [1, "B"],
];

/**
 * @param {number} value
 * @param {Scale} scale
 */
const scaled = (value, scale) => {
  const [factor, unit] = scale.find(([each]) => value >= each) ?? scale.at(-1) ?? [1, ""];
  return `${Number((value / factor).toPrecision(3)).toLocaleString("en-US")} ${unit}`.trim();
};

globalThis.format = {
  latency: (ns) => scaled(ns, latencyScale),
  count: (n) => n.toLocaleString("en-US", { maximumFractionDigits: 0 }),
  bytes: (n) => scaled(n, byteScale),
  byteRate: (n) => `${scaled(n, byteScale)}/s`,
};

/** The colour as the page shows it now: a canvas does not understand light-dark(). */
globalThis.resolved = (name) => {
  const probe = document.createElement("span");
  probe.style.color = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};
