import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  formatInstant,
  instantForm,
  microsOf,
  microsOfDate,
  offsetsToChoose,
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
const HOUR = 3_600_000_000;

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
    process.env["TZ"] = "Australia/Lord_Howe";
    expect(micros("2026-10-04", "02:15:00", "local")).toHaveProperty("time");
    expect(micros("2026-10-04", "02:30:00", "local")).toBeTypeOf("number");
  });

  it("takes a time that comes twice only with the one that is meant", () => {
    const twice = { day: "2026-10-25", time: "02:30:00" };
    expect(offsetsToChoose(twice, "local")).toEqual([120, 60]);
    expect(readInstant(twice, "local")).toEqual({
      problems: { time: expect.stringContaining("comes twice") },
    });
    const first = Date.UTC(2026, 9, 25, 0, 30) * 1_000;
    expect(readInstant({ ...twice, offset: 120 }, "local")).toEqual({ micros: first });
    expect(readInstant({ ...twice, offset: 60 }, "local")).toEqual({ micros: first + HOUR });
    // One of another zone or day says nothing about this one.
    expect(readInstant({ ...twice, offset: 0 }, "local")).toHaveProperty("problems");
    expect(offsetsToChoose(twice, "utc")).toEqual([]);
    expect(readInstant({ ...twice, time: "03:00", offset: 120 }, "local")).toEqual({
      micros: Date.UTC(2026, 9, 25, 2) * 1_000,
    });
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

  it("is what reading takes at every quarter of an hour around a change of the clocks", () => {
    for (const place of ["Europe/Berlin", "Europe/London", "Australia/Lord_Howe"]) {
      process.env["TZ"] = place;
      for (const day of [Date.UTC(2026, 9, 25), Date.UTC(2026, 2, 29), Date.UTC(2026, 3, 5)]) {
        for (let quarter = -96; quarter < 192; quarter += 1) {
          const micros = day * 1_000 + (quarter * HOUR) / 4 + 1;
          expect(readInstant(instantForm(micros, "local"), "local")).toEqual({ micros });
        }
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
