import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  formatInstant,
  instantForm,
  microsOf,
  microsOfDate,
  readInstant,
  secondsOf,
  zoneText,
} from "./instant";

const zoneBefore = process.env["TZ"];
beforeEach(() => {
  process.env["TZ"] = "Europe/Berlin";
});
afterEach(() => {
  if (zoneBefore === undefined) {
    delete process.env["TZ"];
  } else {
    process.env["TZ"] = zoneBefore;
  }
});

/** 2026-11-21 20:17:34 UTC. */
const EVENING = 1_795_292_254_000_000;

describe("reading an instant", () => {
  const micros = (day: string, time: string, zone: "utc" | "local" = "utc") => {
    const read = readInstant({ day, time }, zone);
    return "micros" in read ? read.micros : read.problems;
  };

  it("takes day, hour, minute and second in the zone that is shown", () => {
    expect(micros("2026-11-21", "20:17:34")).toBe(EVENING);
    expect(micros("2026-11-21", "21:17:34", "local")).toBe(EVENING);
    expect(micros("2026-11-21", "20:17")).toBe(EVENING - 34_000_000);
    expect(micros(" 2026-11-21 ", " 0:00:00 ")).toBe(EVENING - 73_054_000_000);
  });

  it("takes up to six decimals, each at its place", () => {
    expect(micros("2026-11-21", "20:17:34.25")).toBe(EVENING + 250_000);
    expect(micros("2026-11-21", "20:17:34.000001")).toBe(EVENING + 1);
    expect(micros("2026-11-21", "20:17:34.1234567")).toHaveProperty("time");
  });

  it("names the field that is wrong", () => {
    expect(micros("", "20:17:34")).toEqual({ day: expect.stringContaining("Choose a day") });
    expect(micros("2026-02-30", "20:17:34")).toEqual({ day: "There is no such day." });
    expect(micros("2026-11-21", "24:00:00")).toHaveProperty("time");
    expect(micros("2026-11-21", "8 pm")).toHaveProperty("time");
    expect(micros("", "")).toEqual({ day: expect.anything(), time: expect.anything() });
  });

  it("refuses a time that the clocks skipped", () => {
    expect(micros("2026-03-29", "02:30:00", "local")).toHaveProperty("time");
    expect(micros("2026-03-29", "02:30:00")).toBeTypeOf("number");
  });
});

describe("showing an instant", () => {
  it("is what reading takes, to the microsecond and across the change of the clocks", () => {
    for (const micros of [EVENING, EVENING + 1, EVENING + 120_300, 1_774_746_000_000_000]) {
      for (const zone of ["utc", "local"] as const) {
        expect(readInstant(instantForm(micros, zone), zone)).toEqual({ micros });
      }
    }
  });

  it("has the zone of that day and only the decimals there are", () => {
    expect(formatInstant(EVENING, "utc")).toBe("2026-11-21 20:17:34 UTC");
    expect(formatInstant(EVENING + 120_300, "local")).toBe("2026-11-21 21:17:34.1203 UTC+01:00");
    expect(zoneText(EVENING - 120 * 86_400_000_000, "local")).toBe("UTC+02:00");
  });
});

describe("between the units of the APIs", () => {
  it("loses no microsecond", () => {
    for (const micros of [EVENING + 1, EVENING + 123_456, EVENING + 999_999, 1]) {
      expect(microsOf(secondsOf(micros))).toBe(micros);
    }
    expect(String(secondsOf(EVENING + 123_456))).toBe("1795292254.123456");
    expect(microsOfDate(new Date(1_795_292_254_149))).toBe(EVENING + 149_000);
  });
});
