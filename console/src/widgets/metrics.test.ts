import { describe, expect, it } from "vitest";
import type { Metrics } from "../api/admin";
import { firstSpan, largest, latest, lineOf, present, SPANS, spanRange } from "./metrics";

const metrics: Metrics = {
  start_seconds: 1_000,
  step_seconds: 10,
  series: {
    "requests_per_second.GetItem": [1, 2, 3],
    "requests_per_second.PutItem": [9, null, 9],
    "requests_per_second.Scan": [0, 0, 0],
    archive_lag_seconds: [null, 4, null],
    nothing: [null, null, null],
  },
};

describe("measurements", () => {
  it("are points at the beginning of their step, without those that were not measured", () => {
    expect(lineOf(metrics, "requests_per_second.PutItem")).toEqual([
      { x: new Date(1_000_000), y: 9 },
      { x: new Date(1_020_000), y: 9 },
    ]);
    expect(lineOf(metrics, "unknown")).toEqual([]);
  });

  it("are as long as their step where there is a single one", () => {
    expect(lineOf(metrics, "archive_lag_seconds")).toEqual([
      { x: new Date(1_010_000), y: 4 },
      { x: new Date(1_020_000), y: 4 },
    ]);
  });

  it("are first shown for as long as there are some", () => {
    expect(firstSpan(55)).toBe("15min");
    expect(firstSpan(86_400)).toBe("1h");
  });

  it("are shown for the busiest operations, which have something to show", () => {
    const prefix = "requests_per_second.";
    expect(largest(metrics, prefix, 5).map(({ title }) => title)).toEqual(["PutItem", "GetItem"]);
    expect(largest(metrics, prefix, 1).map(({ title }) => title)).toEqual(["PutItem"]);
  });

  it("are left out where there are none", () => {
    const wanted = [
      { name: "archive_lag_seconds", title: "Lag" },
      { name: "nothing", title: "Nothing" },
      { name: "unknown", title: "Unknown" },
    ];
    expect(present(metrics, wanted).map(({ title }) => title)).toEqual(["Lag"]);
    expect(latest(metrics, "archive_lag_seconds")).toBe(4);
    expect(latest(metrics, "nothing")).toBeUndefined();
  });

  it("are asked for in at most 180 steps", () => {
    for (const span of Object.keys(SPANS) as (keyof typeof SPANS)[]) {
      const { from, to, step_seconds } = spanRange(span, 1_000_000.5);
      expect(to).toBe(1_000_001);
      expect((to - from) / step_seconds).toBeLessThanOrEqual(180);
    }
  });
});
