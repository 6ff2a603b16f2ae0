import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderApp } from "../testing/render-app";

function row(name: string, change: object = {}) {
  return {
    name,
    table_id: `id-of-${name}`,
    arn: `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`,
    status: "ACTIVE",
    created_at_seconds: 1_000,
    keys: [{ attribute_name: "Artist", attribute_type: "S", key_type: "HASH" }],
    global_index_count: 0,
    local_index_count: 0,
    billing_mode: "PAY_PER_REQUEST",
    size_bytes: 0,
    item_count: 0,
    point_in_time_recovery: "DISABLED",
    deletion_protection: false,
    ...change,
  };
}

function serve(tables: object[], elsewhere: object[] = []) {
  return madeUpServer({
    admin: {
      "regions/us-east-1/tables": { tables },
      "regions/us-east-1/restores": { restores: [] },
      "regions/eu-west-1/tables": { tables: elsewhere },
      "regions/eu-west-1/restores": { restores: [] },
    },
    operations: { DeleteTable: () => ({}) },
  });
}

const choose = async (name: string) =>
  userEvent.click(await screen.findByRole("checkbox", { name: `Select ${name}` }));
const deleteButton = () => screen.getByRole("button", { name: "Delete" });
const isDisabled = (button: HTMLElement) =>
  button.hasAttribute("disabled") || button.getAttribute("aria-disabled") === "true";
const refresh = () => userEvent.click(screen.getByRole("button", { name: "Refresh" }));

/** By the selector in the top bar, which without a layout has no role. */
async function changeRegion(from: string, to: string) {
  const [selector] = screen.getAllByLabelText(`Region: ${from}`);
  await userEvent.click(selector as HTMLElement);
  const [entry] = await screen.findAllByText(to);
  await userEvent.click(entry as HTMLElement);
  expect((await screen.findAllByLabelText(`Region: ${to}`)).length).toBeGreaterThan(0);
}

describe("the list of tables", () => {
  it("shows at first what a table is, its keys in one column", async () => {
    const year = { attribute_name: "Year", attribute_type: "N", key_type: "RANGE" };
    const { keys } = row("Music");
    serve([row("Music", { keys: [...keys, year] })]);
    renderApp("/us-east-1/tables");
    expect(await screen.findByRole("cell", { name: "Artist (S), Year (N)" })).toBeDefined();
    expect(screen.getByRole("cell", { name: "On-demand" })).toBeDefined();
    const heads = screen.getAllByRole("columnheader").map(({ textContent }) => textContent);
    expect(heads.slice(1)).toEqual([
      "Name",
      "Status",
      "Keys",
      "Indexes",
      "Billing",
      "Size",
      "Items",
      "PITR",
    ]);
  });

  it("finds tables by one of their keys", async () => {
    const keys = [{ attribute_name: "Title", attribute_type: "S", key_type: "HASH" }];
    serve([row("Music"), row("Films", { keys })]);
    renderApp("/us-east-1/tables");
    await screen.findByText("Films");
    const filter = screen.getByRole("combobox", { name: "Find tables" });
    await userEvent.type(filter, "Partition key = Title (S)");
    await userEvent.click(screen.getByRole("option", { name: /^Use/ }));
    await expect.poll(() => screen.queryByText("Music")).toBeNull();
    expect(screen.getByText("Films")).toBeDefined();
  });
});

describe("the tables that are chosen", () => {
  it("are not chosen in another Region, where tables may have the same names", async () => {
    serve([row("Music"), row("Only-here")], [row("Music", { table_id: "another" })]);
    renderApp("/us-east-1/tables");
    await choose("Music");
    await choose("Only-here");
    expect(isDisabled(deleteButton())).toBe(false);
    await changeRegion("us-east-1", "eu-west-1");
    const other = await screen.findByRole("checkbox", { name: "Select Music" });
    expect(other).toHaveProperty("checked", false);
    expect(isDisabled(deleteButton())).toBe(true);
  });

  it("are those that are still there, as they are now", async () => {
    serve([row("Gone"), row("Music")]);
    renderApp("/us-east-1/tables");
    await choose("Gone");
    await choose("Music");
    expect(screen.getByText("(2/2)")).toBeDefined();
    serve([row("Music", { deletion_protection: true })]);
    await refresh();
    expect(await screen.findByText("(1/1)")).toBeDefined();
    expect(isDisabled(deleteButton())).toBe(true);
  });

  it("are deleted in the Region that the question names", async () => {
    const { calls } = serve([row("Music")]);
    renderApp("/us-east-1/tables");
    await choose("Music");
    await userEvent.click(deleteButton());
    const modal = within(await screen.findByRole("dialog"));
    expect(modal.getByText(/in us-east-1 will be gone/)).toBeDefined();
    await userEvent.click(modal.getByRole("checkbox", { name: /backup before/ }));
    await userEvent.type(modal.getByRole("textbox", { name: /To confirm/ }), "delete");
    await userEvent.click(modal.getByRole("button", { name: "Delete" }));
    expect(await screen.findByText("Deleted table Music")).toBeDefined();
    expect(calls).toEqual([
      { operation: "DeleteTable", region: "us-east-1", input: { TableName: "Music" } },
    ]);
  });
});
