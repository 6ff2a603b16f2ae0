/**
 * An instant as a person types it: a day, and a time of day down to the microsecond.
 *
 * Within the console it is a whole number of microseconds since 1970, which a number holds exactly
 * for longer than anyone will look. The APIs have seconds.
 */

import type { TimeZone } from "../app/preferences";
import { formatOffset } from "../format/time";
import type { Problem } from "./fields";

export type Micros = number;

const MICROS_PER_SECOND = 1_000_000;

export interface InstantForm {
  /** `2026-11-21`, as the date picker has it; may be half typed. */
  day: string;
  /** `20:17:34`, perhaps with up to six decimals. */
  time: string;
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
  const shifted = new Date(Math.floor(micros / 1_000) + offset * 60_000).toISOString();
  const fraction = modulo(micros, MICROS_PER_SECOND);
  const decimals = fraction === 0 ? "" : `.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
  return { day: shifted.slice(0, 10), time: shifted.slice(11, 19) + decimals };
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
  const asUtc = Date.UTC(year, month - 1, date, hour, minute, second);
  if (new Date(asUtc).getUTCDate() !== date || new Date(asUtc).getUTCMonth() !== month - 1) {
    return { problems: { day: "There is no such day." } };
  }
  const milliseconds =
    zone === "utc" ? asUtc : new Date(year, month - 1, date, hour, minute, second).getTime();
  if (zone === "local" && new Date(milliseconds).getHours() !== hour) {
    return { problems: { time: "The clocks were put forward over this time. Choose another." } };
  }
  return { micros: milliseconds * 1_000 + Number((time[4] ?? "").padEnd(6, "0")) };
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
