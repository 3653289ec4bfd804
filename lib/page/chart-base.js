/* What the scripts of all pages share. */

const scaled = (value, scale) => {
  const [factor, unit] = scale.find(([each]) => value >= each) ?? scale.at(-1);
  return `${Number((value / factor).toPrecision(3)).toLocaleString("en-US")} ${unit}`.trim();
};
globalThis.format = {
  latency: (ns) =>
    scaled(ns, [
      [1e9, "s"],
      [1e6, "ms"],
      [1e3, "µs"],
      [1, "ns"],
    ]),
  count: (n) => n.toLocaleString("en-US", { maximumFractionDigits: 0 }),
  bytes: (n) =>
    scaled(n, [
      [1e12, "TB"],
      [1e9, "GB"],
      [1e6, "MB"],
      [1e3, "kB"],
      [1, "B"],
    ]),
  byteRate: (n) => `${globalThis.format.bytes(n)}/s`,
};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Colours as the page has them now: light-dark() has to be resolved before a canvas takes it. */
globalThis.resolved = (name) => {
  const probe = document.createElement("span");
  probe.style.color = colour(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};
