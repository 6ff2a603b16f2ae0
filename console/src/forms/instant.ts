/**
 * An instant as a person types it: a day, and a time of day down to the microsecond. A time that
 * comes twice, where clocks are put back over it, is an instant only with its distance from UTC.
 *
 * Within the console it is a whole number of microseconds since 1970, which a number holds exactly
 * for longer than anyone will look. The APIs have seconds.
 */

import type { TimeZone } from "../app/preferences";
import { formatOffset } from "../format/time";
import type { Problem } from "./fields";

export type Micros = number;

const MICROS_PER_SECOND = 1_000_000;
const MILLISECONDS_PER_MINUTE = 60_000;
const MILLISECONDS_PER_DAY = 86_400_000;

export interface InstantForm {
  /** `2026-11-21`, as the date picker has it; may be half typed. */
  day: string;
  /** `20:17:34`, perhaps with up to six decimals. */
  time: string;
  /** Minutes ahead of UTC: which of the two is meant, of a time that comes twice. */
  offset?: number | undefined;
}

export function microsOf(seconds: number): Micros {
  return Math.round(seconds * MICROS_PER_SECOND);
}

/** The number of seconds that is printed with the same six decimals. */
export function secondsOf(micros: Micros): number {
  return micros / MICROS_PER_SECOND;
}

/** The instant a Date of the API stands for. */
export function microsOfDate(date: Date): Micros {
  return Math.round(date.getTime() * 1_000);
}

/** The instant in the zone, with decimals only if there are any. */
export function instantForm(micros: Micros, zone: TimeZone): InstantForm {
  const offset = offsetMinutes(micros, zone);
  const milliseconds = Math.floor(micros / 1_000) + offset * MILLISECONDS_PER_MINUTE;
  const shifted = new Date(milliseconds).toISOString();
  const fraction = modulo(micros, MICROS_PER_SECOND);
  const decimals = fraction === 0 ? "" : `.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
  return {
    day: shifted.slice(0, 10),
    time: shifted.slice(11, 19) + decimals,
    ...(offsetsAt(milliseconds, zone).length > 1 ? { offset } : {}),
  };
}

/** `2026-11-21 20:17:34.25 UTC`: never rounded, unlike the times of lists. */
export function formatInstant(micros: Micros, zone: TimeZone): string {
  const { day, time } = instantForm(micros, zone);
  return `${day} ${time} ${zoneText(micros, zone)}`;
}

/** `UTC` or `UTC+01:00`, as it is at that instant. */
export function zoneText(micros: Micros, zone: TimeZone): string {
  return formatOffset(offsetMinutes(micros, zone));
}

export interface InstantProblems {
  day?: string;
  time?: string;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;

/** What the fields mean in the zone, or what is wrong with which of them. */
export function readInstant(
  form: InstantForm,
  zone: TimeZone,
): { micros: Micros } | { problems: InstantProblems } {
  const read = readClock(form);
  if ("problems" in read) {
    return read;
  }
  const offsets = offsetsAt(read.milliseconds, zone);
  const [only, ...others] = offsets;
  if (only === undefined) {
    return { problems: { time: "The clocks were put forward over this time. Choose another." } };
  }
  const offset = others.length === 0 ? only : offsets.find((one) => one === form.offset);
  if (offset === undefined) {
    return { problems: { time: "This time comes twice on that day. Choose which one." } };
  }
  const milliseconds = read.milliseconds - offset * MILLISECONDS_PER_MINUTE;
  return { micros: milliseconds * 1_000 + read.micros };
}

/** The two distances from UTC of a time that comes twice, the first of them first; else nothing. */
export function offsetsToChoose(form: InstantForm, zone: TimeZone): number[] {
  const read = readClock(form);
  const offsets = "problems" in read ? [] : offsetsAt(read.milliseconds, zone);
  return offsets.length > 1 ? offsets : [];
}

/** What a clock shows, as if it were one of UTC, and the microseconds beyond. */
function readClock(
  form: InstantForm,
): { milliseconds: number; micros: number } | { problems: InstantProblems } {
  const day = DAY.exec(form.day.trim());
  const time = TIME.exec(form.time.trim());
  const problems: InstantProblems = {
    ...problemOf("day", day === null ? "Choose a day, or type it as 2026/11/21." : undefined),
    ...problemOf("time", time === null ? "Type a time as 20:17:34 or 20:17:34.250000." : undefined),
  };
  if (day === null || time === null) {
    return { problems };
  }
  const [year, month, date] = day.slice(1).map(Number) as [number, number, number];
  const [hour, minute, second] = time.slice(1, 4).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) {
    return { problems: { time: "A day has the times 00:00:00 to 23:59:59." } };
  }
  const milliseconds = Date.UTC(year, month - 1, date, hour, minute, second);
  const shown = new Date(milliseconds);
  if (shown.getUTCDate() !== date || shown.getUTCMonth() !== month - 1) {
    return { problems: { day: "There is no such day." } };
  }
  return { milliseconds, micros: Number((time[4] ?? "").padEnd(6, "0")) };
}

/**
 * How far clocks that show this are ahead of UTC, in minutes: one number as a rule, none if clocks
 * are put forward over it, two if they are put back. Whatever it is, it is so a day before or after.
 */
function offsetsAt(milliseconds: number, zone: TimeZone): number[] {
  const near = [milliseconds - MILLISECONDS_PER_DAY, milliseconds + MILLISECONDS_PER_DAY].map(
    (instant) => offsetMinutes(instant * 1_000, zone),
  );
  return [...new Set(near)].filter(
    (offset) =>
      offsetMinutes((milliseconds - offset * MILLISECONDS_PER_MINUTE) * 1_000, zone) === offset,
  );
}

function problemOf<Field extends string>(
  field: Field,
  problem: Problem,
): { [Name in Field]?: string } {
  return (problem === undefined ? {} : { [field]: problem }) as { [Name in Field]?: string };
}

function offsetMinutes(micros: Micros, zone: TimeZone): number {
  return zone === "utc" ? 0 : -new Date(micros / 1_000).getTimezoneOffset();
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
