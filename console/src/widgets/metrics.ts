/** From what the admin API measured to the points of a chart. */

import type { Metrics, MetricsRange } from "../api/admin";

/** How far back to look, and how wide a step is: at most 180 points a line. */
export const SPANS = {
  "15min": { text: "15 min", seconds: 900, step_seconds: 10 },
  "1h": { text: "1 h", seconds: 3_600, step_seconds: 20 },
  "3h": { text: "3 h", seconds: 10_800, step_seconds: 60 },
  "12h": { text: "12 h", seconds: 43_200, step_seconds: 300 },
  "24h": { text: "24 h", seconds: 86_400, step_seconds: 600 },
} as const;

export type Span = keyof typeof SPANS;

/** The span to begin with: an hour, or less if the server has not measured for long. */
export function firstSpan(measuredSeconds: number): Span {
  return measuredSeconds < SPANS["15min"].seconds ? "15min" : "1h";
}

export function spanRange(span: Span, nowSeconds: number): MetricsRange {
  const { seconds, step_seconds } = SPANS[span];
  const to = Math.ceil(nowSeconds);
  return { from: to - seconds, to, step_seconds };
}

/** A series of the answer and its name for people. */
export interface ChartSeries {
  name: string;
  title: string;
}

/** Those of `wanted` that the answer has. */
export function present(metrics: Metrics, wanted: readonly ChartSeries[]): ChartSeries[] {
  return wanted.filter(({ name }) => metrics.series[name]?.some((value) => value !== null));
}

/**
 * The series below `prefix`, such as one for each operation, titled by what follows it: those with
 * the most in them, `most` at most.
 */
export function largest(metrics: Metrics, prefix: string, most: number): ChartSeries[] {
  return Object.entries(metrics.series)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, values]) => ({
      name,
      sum: values.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    }))
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum)
    .slice(0, most)
    .map(({ name }) => ({ name, title: name.slice(prefix.length) }));
}

export interface Point {
  x: Date;
  y: number;
}

/**
 * The points of a series. Steps in which nothing was measured have none; a single one is drawn as
 * long as its step, or nobody would see it.
 */
export function lineOf(metrics: Metrics, name: string): Point[] {
  const atStep = (step: number) =>
    new Date((metrics.start_seconds + step * metrics.step_seconds) * 1000);
  const values = metrics.series[name] ?? [];
  const points = values.flatMap((y, step) => (y === null ? [] : [{ x: atStep(step), y }]));
  const [only, ...others] = points;
  if (only === undefined || others.length > 0) {
    return points;
  }
  return [only, { x: new Date(only.x.getTime() + metrics.step_seconds * 1000), y: only.y }];
}

/** The last value that was measured. */
export function latest(metrics: Metrics, name: string): number | undefined {
  return metrics.series[name]?.findLast((value) => value !== null) ?? undefined;
}
