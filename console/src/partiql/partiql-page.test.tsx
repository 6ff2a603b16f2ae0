import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ComponentProps, createElement } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { madeUpServer, type Reply, renderApp } from "../testing/render-app";
import type * as resultsModule from "./statement-results";

const { drawn } = vi.hoisted(() => ({ drawn: vi.fn() }));
vi.mock("./statement-results", async (load) => {
  const { StatementResults } = await load<typeof resultsModule>();
  const Counted = (props: ComponentProps<typeof StatementResults>) => {
    drawn();
    return createElement(StatementResults, props);
  };
  return { StatementResults: Counted };
});

afterEach(() => sessionStorage.clear());

const box = () => screen.findByRole("textbox", { name: "PartiQL statement" });
const runButton = () => screen.getByRole("button", { name: "Run" });

const MUSIC = {
  name: "Music",
  status: "ACTIVE",
  keys: [
    { attribute_name: "Title", attribute_type: "S", key_type: "HASH" },
    { attribute_name: "Year", attribute_type: "N", key_type: "RANGE" },
  ],
};

function open(execute: (input: Record<string, unknown>) => Reply) {
  const server = madeUpServer({
    admin: { "regions/us-east-1/tables": { tables: [MUSIC], total: 1 } },
    operations: { ExecuteStatement: execute },
  });
  renderApp("/us-east-1/partiql");
  return server;
}

describe("the PartiQL editor", () => {
  it("goes through the pages of a statement and back", async () => {
    const { calls } = open(({ NextToken }) =>
      NextToken === undefined
        ? { Items: [{ Title: { S: "first" } }], NextToken: "two" }
        : { Items: [{ Title: { S: "second" } }] },
    );
    await userEvent.type(await box(), "SELECT * FROM Music");
    await userEvent.click(runButton());
    expect(await screen.findByText("first")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    expect(await screen.findByText("second")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Previous page" }));
    expect(await screen.findByText("first")).toBeDefined();
    expect(calls.map(({ input }) => input["NextToken"])).toEqual([undefined, "two", undefined]);
  });

  it("keeps a page when the next one fails, and asks for that one again", async () => {
    let fails = true;
    const { calls } = open(({ NextToken }) => {
      if (NextToken === undefined) {
        return { Items: [{ Title: { S: "first" } }], NextToken: "two" };
      }
      return fails
        ? [400, "ThrottlingException", "Too fast"]
        : { Items: [{ Title: { S: "second" } }] };
    });
    await userEvent.type(await box(), "SELECT * FROM Music");
    await userEvent.click(runButton());
    await screen.findByText("first");
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    expect(await screen.findByText("Too fast")).toBeDefined();
    expect(screen.getByText("first")).toBeDefined();
    fails = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("second")).toBeDefined();
    expect(screen.queryByText("Too fast")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Previous page" }));
    expect(await screen.findByText("first")).toBeDefined();
    expect(calls.at(-1)?.input["NextToken"]).toBeUndefined();
  });

  it("does not draw what was answered again while the next statement is typed", async () => {
    open(() => ({ Items: [{ Title: { S: "first" } }] }));
    await userEvent.type(await box(), "SELECT * FROM Music");
    await userEvent.click(runButton());
    await screen.findByText("first");
    const before = drawn.mock.calls.length;
    await userEvent.type(await box(), " WHERE");
    expect(drawn.mock.calls.length).toBe(before);
  });

  it("shows the keys of the table first, of them those that were selected", async () => {
    open(({ Statement }) => ({
      Items: [
        Statement === "SELECT * FROM Music"
          ? { Album: { S: "a" }, Title: { S: "t" }, Year: { N: "1" } }
          : { Album: { S: "a" }, Year: { N: "1" } },
      ],
    }));
    const headings = () =>
      screen.getAllByRole("columnheader").map(({ textContent }) => textContent);
    await userEvent.type(await box(), "SELECT * FROM Music");
    await userEvent.click(runButton());
    await screen.findByText("t");
    expect(headings().slice(0, 3)).toEqual(["Title", "Year", "Album"]);
    await userEvent.clear(await box());
    await userEvent.type(await box(), 'SELECT Album, "Year" FROM "Music"');
    await userEvent.click(runButton());
    await waitFor(() => expect(headings().slice(0, 2)).toEqual(["Year", "Album"]));
    expect(headings()).not.toContain("Title");
  });

  it("reads every page with strong consistency if wanted", async () => {
    const { calls } = open(() => ({ Items: [{ Title: { S: "first" } }], NextToken: "two" }));
    await userEvent.type(await box(), "SELECT * FROM Music");
    await userEvent.click(screen.getByRole("checkbox", { name: "Strongly consistent read" }));
    await userEvent.click(runButton());
    await screen.findByText("first");
    await userEvent.click(screen.getByRole("checkbox", { name: "Strongly consistent read" }));
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls.map(({ input }) => input["ConsistentRead"])).toEqual([true, true]);
  });

  it("runs a statement that writes once, and says that it answered nothing", async () => {
    const { calls } = open(() => ({}));
    await userEvent.type(await box(), "DELETE FROM Music");
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText(/It answered no items/)).toBeDefined();
    expect(calls.map(({ input }) => input)).toEqual([
      { Statement: "DELETE FROM Music", ReturnConsumedCapacity: "TOTAL" },
    ]);
  });

  it("shows an error whole, and offers the statement again", async () => {
    open(() => [400, "ValidationException", "Statement wasn't well formed"]);
    await userEvent.type(await box(), "SELEC");
    await userEvent.click(runButton());
    expect(await screen.findByText("Statement wasn't well formed")).toBeDefined();
    expect(screen.getByText(/TESTREQUEST/)).toBeDefined();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    await userEvent.clear(await box());
    const again = screen.getByRole("button", { name: "Use again: SELEC" });
    expect(
      within(again.closest("tr") as HTMLElement).getByText("ValidationException"),
    ).toBeDefined();
    await userEvent.click(again);
    expect(((await box()) as HTMLTextAreaElement).value).toBe("SELEC");
  });

  it("wants a statement", async () => {
    const { calls } = open(() => ({}));
    await box();
    await userEvent.click(runButton());
    expect(await screen.findByText("Enter a statement.")).toBeDefined();
    expect(calls).toEqual([]);
  });
});
