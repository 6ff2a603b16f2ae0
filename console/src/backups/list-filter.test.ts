import { describe, expect, it } from "vitest";
import { filterOf, type ListFilter, searchOf } from "./list-filter";

const ALL: ListFilter = { tableName: "", type: "ALL", range: null };
const DAY = {
  type: "absolute",
  startDate: "2026-11-21T00:00:00+01:00",
  endDate: "2026-11-21T23:59:59+01:00",
} as const;

const read = (search: string) => filterOf(new URLSearchParams(search));

describe("the filter in an address", () => {
  it("comes back as it was", () => {
    const filters: ListFilter[] = [
      ALL,
      { ...ALL, tableName: "Music & more=?" },
      {
        ...ALL,
        type: "SYSTEM",
        range: { type: "relative", key: "1-hour", amount: 1, unit: "hour" },
      },
      { ...ALL, range: { type: "relative", amount: 5, unit: "minute" } },
      { tableName: "Music", type: "USER", range: DAY },
    ];
    for (const filter of filters) {
      expect(read(String(new URLSearchParams(searchOf(filter))))).toEqual(filter);
    }
    expect(searchOf(ALL)).toEqual({});
  });

  it("is all where it says what cannot be read", () => {
    expect(read("type=OTHER&last=1-eon&from=yesterday&to=")).toEqual(ALL);
    expect(read("last=hour")).toEqual(ALL);
    expect(read("last=1-toString")).toEqual(ALL);
    expect(read("from=2026-99-21T00:00:00Z&to=2026-11-21T00:00:00Z")).toEqual(ALL);
    expect(read(`from=${encodeURIComponent(DAY.startDate)}`)).toEqual(ALL);
  });
});
