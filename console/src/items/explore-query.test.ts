import { describe, expect, it } from "vitest";
import { type ExploreForm, newExploreForm, readInput, type Target, targetOf } from "./explore-form";
import { exploreFormOf, withExploreForm } from "./explore-query";
import { newFilter } from "./filter-form";

const tableKeys: Target["tableKeys"] = [{ name: "Artist", type: "S" }];
const TARGETS: Target[] = [
  { isGlobalIndex: false, partitionKeys: tableKeys, sortKeys: [], tableKeys },
  {
    indexName: "ByYear",
    isGlobalIndex: true,
    partitionKeys: [{ name: "Genre", type: "S" }],
    sortKeys: [{ name: "Year", type: "N" }],
    tableKeys,
  },
];
const QUERY: ExploreForm = {
  ...newExploreForm(),
  operation: "Query",
  indexName: "ByYear",
  partition: ["R&B = 1"],
  sort: [{ operator: "between", text: "1960", upper: "1970" }],
};
const inputOf = (form: ExploreForm) => readInput("Music", targetOf(TARGETS, form.indexName), form);
const asAddress = (form: ExploreForm) =>
  withExploreForm(new URLSearchParams("table=Music&index=Old&sort=1"), form).toString();
const read = (address: string) => exploreFormOf(new URLSearchParams(address), TARGETS);

describe("a scan or a query in an address", () => {
  it("is the same after it, to the exact input", () => {
    const forms: ExploreForm[] = [
      QUERY,
      { ...QUERY, sort: [], descending: true },
      { ...newExploreForm(), consistent: true, attributes: ["a,b", "", "c"] },
      {
        ...QUERY,
        filters: [
          { ...newFilter(), name: "Plays", type: "N", operator: "in", text: "1\n2" },
          { ...newFilter(), name: "Title", operator: "exists" },
          { ...newFilter(), name: "Title", operator: "type", text: "SS" },
        ],
      },
    ];
    for (const form of forms) {
      expect(inputOf(read(asAddress(form)))).toEqual(inputOf(form));
    }
  });

  it("takes the place of the one before and leaves the rest, and a scan of all is nothing", () => {
    expect(asAddress(newExploreForm())).toBe("table=Music");
    expect(asAddress({ ...QUERY, sort: [] })).toBe(
      "table=Music&operation=Query&index=ByYear&partition=R%26B+%3D+1",
    );
  });

  it.each([
    ["without its key", "operation=Query"],
    ["of an index that is gone", "operation=Query&index=Gone&partition=x"],
    ["with a condition that there is not", "operation=Query&index=ByYear&partition=x&sort-is=~"],
    ["that a number does not have", "operation=Query&index=ByYear&partition=x&sort-is=begins_with"],
    ["with no number", "operation=Query&index=ByYear&partition=x&sort-is=%3D&sort=x"],
    ["on no sort key", "operation=Query&partition=x&sort-is=%3D&sort=x"],
    ["with half a filter", "filter=a"],
    ["with a filter by no type", "filter=a&filter-type=S&filter-is=type&filter-value=Q"],
  ])("is not taken %s", (_, address) => {
    expect(read(address)).toEqual(newExploreForm());
  });
});
