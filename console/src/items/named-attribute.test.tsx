import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderPart } from "../testing/render-app";
import { Explorer } from "./explorer";
import { messageAbout } from "./named-attribute";

const EMPTY = "The AttributeValue for a key attribute cannot contain an empty string value.";
const MESSAGES = [
  "One or more parameter values were invalid: Type mismatch for key NAME expected: S actual: N",
  "One or more parameter values were invalid: Type mismatch for Index Key NAME Expected: S Actual: N IndexName: by-year",
  "One or more parameter values were invalid: Missing the key NAME in the item",
  `One or more parameter values are not valid. ${EMPTY} Key: NAME`,
  `One or more parameter values are not valid. A value specified for a secondary index key is not supported. ${EMPTY} IndexName: by.year-2, IndexKey: NAME`,
  "Filter Expression can only contain non-primary key attributes: Primary key attribute: NAME",
];

describe("the message about an attribute", () => {
  it.each(MESSAGES)("is whole, and for that attribute alone: %s", (template) => {
    for (const name of ["Artist", "a key", "key", "x expected: S", "two\nlines", "$&"]) {
      const message = template.replace("NAME", () => name);
      const error = new Error(message);
      expect(messageAbout(error, name)).toBe(message);
      for (const other of ["Key", "value", "S", "", `${name}s`]) {
        expect(messageAbout(error, other)).toBeUndefined();
      }
    }
  });

  it("is none where a word of the message happens to be a name", () => {
    const error = new Error("ExpressionAttributeValues contains invalid value: for key Artist");
    expect(messageAbout(error, "Artist")).toBeUndefined();
    expect(messageAbout(undefined, "Artist")).toBeUndefined();
    expect(messageAbout(null, "")).toBeUndefined();
  });
});

describe("an error that names an attribute", () => {
  const click = async (name: string | RegExp) =>
    userEvent.click(await screen.findByRole("button", { name }));

  /** Answers scans with no item, and everything else with an error. */
  const open = (message: string) => {
    const fail = (): [number, string, string] => [400, "ValidationException", message];
    madeUpServer({ operations: { Scan: () => ({ Items: [] }), PutItem: fail, Query: fail } });
    const keys = ["Artist", "Title"];
    renderPart(
      <Explorer
        tableName="Music"
        table={{
          KeySchema: keys.map((AttributeName, position) => ({
            AttributeName,
            KeyType: position === 0 ? "HASH" : "RANGE",
          })),
          AttributeDefinitions: keys.map((AttributeName) => ({
            AttributeName,
            AttributeType: "S",
          })),
        }}
      />,
    );
  };
  const isWrong = (field: HTMLElement) => field.getAttribute("aria-invalid") === "true";
  const empty = (key: string) => `One or more parameter values are not valid. ${EMPTY} Key: ${key}`;

  it("is also by the field of an item", async () => {
    open(empty("Title"));
    await click("Create item");
    const modal = within(await screen.findByRole("dialog"));
    const value = (name: string) => modal.getByRole("textbox", { name: `Value of ${name}` });
    await userEvent.type(value("Artist"), "Nina");
    await userEvent.click(modal.getByRole("button", { name: "Create item" }));
    expect(await modal.findAllByText(empty("Title"))).toHaveLength(2);
    expect([isWrong(value("Artist")), isWrong(value("Title"))]).toEqual([false, true]);
  });

  const query = async () => {
    await click(/^Operation/);
    await userEvent.click(await screen.findByRole("option", { name: /^Query/ }));
    const partition = screen.getByRole("textbox", { name: "Partition key: Artist" });
    await userEvent.type(partition, "Nina");
    return partition;
  };

  it("is also by the field of a key of the query", async () => {
    open(empty("Title"));
    const partition = await query();
    await click("Run");
    await screen.findAllByText(empty("Title"));
    const sort = screen.getByRole("textbox", { name: "Sort key: Title: value" });
    expect([isWrong(partition), isWrong(sort)]).toEqual([false, true]);
  });

  it("is also by the field of a filter", async () => {
    open(
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: Artist",
    );
    await query();
    await click(/^Filters/);
    await click("Add filter");
    const name = screen.getByRole("textbox", { name: "Filter 1: attribute name" });
    await userEvent.type(name, "Artist");
    await click("Run");
    await screen.findAllByText(/can only contain non-primary key attributes/);
    expect(isWrong(name)).toBe(true);
  });
});
