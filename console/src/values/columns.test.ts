import { describe, expect, it } from "vitest";
import type { Item } from "./attribute-value";
import { COLUMNS_MAX, columnsOf, displayOf, hiddenText } from "./columns";

const item = (...names: string[]): Item =>
  Object.fromEntries(names.map((name) => [name, { NULL: true as const }]));

describe("the columns of items", () => {
  it("are the keys and then every attribute once, as they come up", () => {
    expect(columnsOf([item("b", "key"), item("a", "b", "constructor")], ["key"])).toEqual([
      "key",
      "b",
      "a",
      "constructor",
    ]);
  });

  it("have an end, however many attributes there are", () => {
    const many = item(...Array.from({ length: 5_000 }, (_, at) => `a${at}`));
    expect(columnsOf([many], ["key"])).toHaveLength(COLUMNS_MAX);
  });
});

describe("the columns that are shown", () => {
  it("are the first twelve until a person chooses", () => {
    const columns = Array.from({ length: 20 }, (_, at) => `a${at}`);
    const shown = displayOf(columns, []).filter(({ visible }) => visible);
    expect(shown.map(({ id }) => id)).toEqual(columns.slice(0, 12));
  });

  it("stay as chosen when a page has fewer or more", () => {
    const chosen = [
      { id: "b", visible: true },
      { id: "gone", visible: true },
      { id: "a", visible: false },
    ];
    expect(displayOf(["a", "b", "new"], chosen)).toEqual([
      { id: "b", visible: true },
      { id: "a", visible: false },
      { id: "new", visible: true },
    ]);
  });
});

describe("the columns that are not shown", () => {
  const named = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`);

  it("are counted, with where they are, unless there is none", () => {
    expect(hiddenText(displayOf(named(12), []))).toBeUndefined();
    expect(hiddenText(displayOf(named(14), []))).toMatch(
      /^12 of 14 attributes shown\. The preferences, /,
    );
  });

  it("are not counted as all where an item has more than a table can have", () => {
    expect(hiddenText(displayOf(named(COLUMNS_MAX), []))).toMatch(
      /^12 of the first 200 attributes shown\./,
    );
  });
});
