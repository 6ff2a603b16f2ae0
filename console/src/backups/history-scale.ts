/**
 * From the history of a table to a picture, and from a place in the picture to an instant.
 *
 * A span is what the picture shows. It lies within the bounds: from the earliest instant that can
 * be restored to the latest.
 */

import type { TableHistory } from "../api/admin";
import type { TimeZone } from "../app/preferences";
import { formatCounted } from "../format/units";
import { instantForm, type Micros, microsOf, secondsOf } from "../forms/instant";

export interface Span {
  /** Seconds since 1970, of whole microseconds: the server takes no finer ones. */
  from: number;
  to: number;
}

/** The shortest span. The archive counts by the second: a shorter one would say no more. */
const SPAN_SECONDS_MIN = 20;

const lengthOf = ({ from, to }: Span) => to - from;

/** Whether the span cannot be zoomed in further. */
export function isShortest(span: Span): boolean {
  return microsOf(lengthOf(span)) <= microsOf(SPAN_SECONDS_MIN);
}

/**
 * The span moved, and shortened if need be, until it lies within the bounds. Every new span comes
 * from here, and so has whole microseconds.
 */
export function within(span: Span, bounds: Span): Span {
  const [earliest, latest] = [microsOf(bounds.from), microsOf(bounds.to)];
  const length = Math.min(microsOf(lengthOf(span)), latest - earliest);
  const from = Math.min(Math.max(microsOf(span.from), earliest), latest - length);
  return { from: secondsOf(from), to: secondsOf(from + length) };
}

/** A span `factor` times as long, with `around` at the same place in it. Undefined: all there is. */
export function zoom(
  span: Span,
  bounds: Span,
  factor: number,
  around = (span.from + span.to) / 2,
): Span | undefined {
  const length = Math.max(lengthOf(span) * factor, SPAN_SECONDS_MIN);
  if (length >= lengthOf(bounds)) {
    return undefined;
  }
  const centre = Math.min(Math.max(around, span.from), span.to);
  const share = lengthOf(span) === 0 ? 0.5 : (centre - span.from) / lengthOf(span);
  const from = centre - share * length;
  return within({ from, to: from + length }, bounds);
}

/** The span between two places of the picture, in either order. */
export function spanBetween(span: Span, a: number, b: number, bounds: Span): Span | undefined {
  const from = secondsAt(Math.min(a, b), span);
  const to = secondsAt(Math.max(a, b), span);
  return zoom({ from, to }, bounds, 1);
}

/** The span moved by a share of its length; negative is earlier. */
export function shift(span: Span, bounds: Span, share: number): Span {
  const by = lengthOf(span) * share;
  return within({ from: span.from + by, to: span.to + by }, bounds);
}

/** The span moved just so far that the instant is in it. */
export function showing(span: Span, bounds: Span, seconds: number): Span {
  if (seconds >= span.from && seconds <= span.to) {
    return span;
  }
  const from = seconds - lengthOf(span) / 2;
  return within({ from, to: from + lengthOf(span) }, bounds);
}

/** `fraction` from 0 at the left edge of the picture to 1 at the right. */
function secondsAt(fraction: number, span: Span): number {
  return span.from + Math.min(Math.max(fraction, 0), 1) * lengthOf(span);
}

/** Where an instant is in the picture; outside of 0 to 1 it is not in it. */
export function fractionOf(seconds: number, span: Span): number {
  return lengthOf(span) === 0 ? 0 : (seconds - span.from) / lengthOf(span);
}

/** The whole second at a place of the picture, of those that can be restored. */
export function instantAt(fraction: number, span: Span, bounds: Span): Micros {
  return restorable(microsOf(Math.round(secondsAt(fraction, span))), bounds);
}

export function restorable(micros: Micros, bounds: Span): Micros {
  return Math.min(Math.max(micros, microsOf(bounds.from)), microsOf(bounds.to));
}

/** Steps of the keys that move the chosen instant, in the manner of a slider. */
export function instantAfterKey(
  key: string,
  shiftKey: boolean,
  at: Micros,
  span: Span,
  bounds: Span,
  bucketSeconds: number,
): Micros | undefined {
  const bucket = Math.max(1, Math.round(bucketSeconds));
  const steps: Record<string, number> = {
    ArrowLeft: shiftKey ? -1 : -bucket,
    ArrowDown: shiftKey ? -1 : -bucket,
    ArrowRight: shiftKey ? 1 : bucket,
    ArrowUp: shiftKey ? 1 : bucket,
    PageDown: -10 * bucket,
    PageUp: 10 * bucket,
  };
  const step = steps[key];
  if (step !== undefined) {
    return restorable(microsOf(Math.round(secondsOf(at)) + step), bounds);
  }
  switch (key) {
    case "Home":
      return restorable(microsOf(Math.ceil(span.from)), bounds);
    case "End":
      return restorable(microsOf(Math.floor(span.to)), bounds);
    default:
      return undefined;
  }
}

export type Bucket = TableHistory["buckets"][number];

/** The bucket an instant lies in. */
export function bucketAt(buckets: readonly Bucket[], seconds: number): Bucket | undefined {
  return buckets.find(({ from_seconds, to_seconds }, position) =>
    // The last one holds its end too.
    position === buckets.length - 1
      ? seconds >= from_seconds && seconds <= to_seconds
      : seconds >= from_seconds && seconds < to_seconds,
  );
}

export function writesPerSecond({ from_seconds, to_seconds, writes }: Bucket): number {
  return to_seconds > from_seconds ? writes / (to_seconds - from_seconds) : 0;
}

/** Seconds of what an axis can count by, so that it ends at a whole number of writes. */
const AXIS_UNITS = [
  ["second", 1],
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
] as const;

/** Close enough together that the highest bar fills two thirds of the picture or more. */
const AXIS_STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The top of the axis: a round, whole number of writes that no bar exceeds. */
export function topOfAxis(buckets: readonly Bucket[]): { perSecond: number; text: string } {
  const highest = Math.max(0, ...buckets.map(writesPerSecond));
  const [unit, seconds] =
    AXIS_UNITS.find(([, length]) => highest === 0 || highest * length >= 1) ?? AXIS_UNITS[3];
  const writes = roundedUp(Math.max(1, highest * seconds));
  return { perSecond: writes / seconds, text: `${formatCounted(writes, "write")} per ${unit}` };
}

function roundedUp(writes: number): number {
  const power = 10 ** Math.floor(Math.log10(writes));
  const wanted = AXIS_STEPS.map((step) => step * power).find(
    (round) => round >= writes && Number.isInteger(round),
  );
  return wanted ?? 10 * power;
}

const TICK_SECONDS = [
  1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800,
];

export interface Tick {
  seconds: number;
  text: string;
}

/** Round instants of the zone, at most `most`; the day where it begins, otherwise the time. */
export function ticks(span: Span, zone: TimeZone, most: number): Tick[] {
  const step = TICK_SECONDS.find((seconds) => lengthOf(span) / seconds <= most) ?? 604_800 * 2;
  const offset = zone === "utc" ? 0 : -new Date(span.from * 1_000).getTimezoneOffset() * 60;
  const first = Math.ceil((span.from + offset) / step) * step - offset;
  const found: Tick[] = [];
  for (let seconds = first; seconds <= span.to; seconds += step) {
    const { day, time } = instantForm(microsOf(seconds), zone);
    const shown = step < 60 ? time : time.slice(0, 5);
    found.push({ seconds, text: time === "00:00:00" ? day.slice(5) : shown });
  }
  return found;
}
