/** Numbers for people: sizes, counts and durations. Always with the unit, never rounded to a lie. */

const BINARY = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1536` as `1.5 KiB`; exact below 1 KiB. */
export function formatBytes(bytes: number): string {
  if (bytes === 1) {
    return "1 byte";
  }
  const { name, size } = bytesUnit(bytes);
  const value = bytes / size;
  return `${upTo(value, value < 10 && size > 1 ? 2 : 1)} ${name}`;
}

/** The unit in which so many bytes are a number below 1024, and how many bytes it has. */
export function bytesUnit(bytes: number): { name: string; size: number } {
  const last = BINARY.length - 1;
  const exponent = BINARY.findIndex((_, unit) => bytes < 1024 ** (unit + 1) || unit === last);
  return { name: BINARY[exponent] ?? "bytes", size: 1024 ** exponent };
}

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `12345` as `12,345`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** `formatCounted(1, "table")` is `1 table`, of 2 it is `2 tables`. */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A rate or another measured number, with as many digits as say something. */
export function formatMeasure(value: number): string {
  return upTo(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** `0.0123` as `12.3 ms`, `75` as `1 min 15 s`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) {
    return "0 s";
  }
  if (seconds < 0.001) {
    return `${upTo(seconds * 1e6, 0)} µs`;
  }
  if (seconds < 1) {
    return `${upTo(seconds * 1e3, seconds < 0.01 ? 2 : 1)} ms`;
  }
  if (seconds < 60) {
    return `${upTo(seconds, seconds < 10 ? 1 : 0)} s`;
  }
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

function upTo(value: number, fractionDigits: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: fractionDigits }).format(value);
}
