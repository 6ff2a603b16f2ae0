/**
 * Instants for people, in the zone they chose, which is always part of what is shown.
 *
 * `formatTime` takes the zone so that it can be tested; components use `useTimeFormat`.
 */

import { type TimeZone, usePreferences } from "../app/preferences";

/** A Date, or seconds since 1970 as the APIs have them. */
export type Instant = Date | number;

export function toDate(instant: Instant): Date {
  return typeof instant === "number" ? new Date(instant * 1000) : instant;
}

/** `2026-11-21 20:17:34 UTC` or `2026-11-21 21:17:34 UTC+01:00`. */
export function formatTime(instant: Instant, zone: TimeZone): string {
  const date = toDate(instant);
  if (Number.isNaN(date.getTime())) {
    return "-";
  }
  const offsetMinutes = zone === "utc" ? 0 : -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + offsetMinutes * 60_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${formatOffset(offsetMinutes)}`;
}

/** `UTC`, `UTC+01:00`, `UTC-09:30`. */
export function formatOffset(minutes: number): string {
  if (minutes === 0) {
    return "UTC";
  }
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** Formats instants in the zone that the settings say. */
export function useTimeFormat(): (instant: Instant | undefined | null) => string {
  const { timeZone } = usePreferences();
  return (instant) =>
    instant === undefined || instant === null ? "-" : formatTime(instant, timeZone);
}
