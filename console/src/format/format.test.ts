import { describe, expect, it } from "vitest";
import { formatOffset, formatTime } from "./time";
import { formatBytes, formatCount, formatCounted, formatDuration, formatMeasure } from "./units";

describe("sizes and counts", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1,023 bytes"],
    [1536, "1.5 KiB"],
    [409_600, "400 KiB"],
    [1_288_490_189, "1.2 GiB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("have the plural they need", () => {
    expect(formatCounted(1, "table")).toBe("1 table");
    expect(formatCounted(2500, "table")).toBe("2,500 tables");
    expect(formatCounted(0, "index", "indexes")).toBe("0 indexes");
    expect(formatCount(1_000_000)).toBe("1,000,000");
  });

  it("show as many digits as say something", () => {
    expect([0.456, 12.34, 1234.5].map(formatMeasure)).toEqual(["0.46", "12.3", "1,235"]);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [0.000_25, "250 µs"],
    [0.0123, "12.3 ms"],
    [4.25, "4.3 s"],
    [59.4, "59 s"],
    [75, "1 min 15 s"],
    [3600, "1 h"],
    [90_061, "1 d 1 h"],
  ])("%d s are %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("times", () => {
  it("are shown with their zone, to the second", () => {
    expect(formatTime(1_519_257_118, "utc")).toBe("2018-02-21 23:51:58 UTC");
    expect(formatTime(new Date("2026-11-21T20:17:34.999Z"), "utc")).toBe("2026-11-21 20:17:34 UTC");
    expect(formatTime(Number.NaN, "utc")).toBe("-");
  });

  it("have offsets of hours and minutes on both sides", () => {
    expect([0, 60, -570, 345].map(formatOffset)).toEqual([
      "UTC",
      "UTC+01:00",
      "UTC-09:30",
      "UTC+05:45",
    ]);
  });
});
