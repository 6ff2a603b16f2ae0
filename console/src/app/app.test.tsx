import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, renderApp, SERVER } from "../testing/render-app";
import { looksLikeRegion, regionChoices } from "./regions";
import { sameSectionIn } from "./top-bar";

function row(name: string, change: object = {}) {
  return {
    name,
    table_id: name,
    arn: `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`,
    status: "ACTIVE",
    created_at_seconds: 1_000,
    keys: [
      { attribute_name: "Artist", attribute_type: "S", key_type: "HASH" },
      { attribute_name: "Year", attribute_type: "N", key_type: "RANGE" },
    ],
    global_index_count: 2,
    local_index_count: 1,
    billing_mode: "PAY_PER_REQUEST",
    size_bytes: 2048,
    item_count: 1234,
    point_in_time_recovery: "ENABLED",
    deletion_protection: false,
    ...change,
  };
}

const TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Old";

const RESTORE = {
  at_seconds: 1_000,
  state: "running",
  phase: "loading",
  bytes_done: 0,
  bytes_total: 0,
  items_done: 0,
  started_at_seconds: 1_000,
};

describe("the frame", () => {
  it("leads from / to the server's default Region and shows its health", async () => {
    madeUpServer({ admin: { "regions/us-east-1/tables": { tables: [] } } });
    renderApp("/");
    expect(await screen.findByRole("heading", { level: 1, name: /Dashboard/ })).toBeDefined();
    // Without a layout all of it seems too wide for the bar, so that it has no role there.
    expect((await screen.findAllByLabelText("Server: Healthy")).length).toBeGreaterThan(0);
    expect(screen.getAllByLabelText("Region: us-east-1").length).toBeGreaterThan(0);
  });

  it("asks for the page again as soon as a server that was away answers", async () => {
    madeUpServer({
      admin: {
        server: [503, "Reopening", "The data is being opened."],
        "regions/us-east-1/tables": [503, "Reopening", "Not yet."],
      },
    });
    renderApp("/us-east-1/tables");
    expect(await screen.findByText("Not yet.")).toBeDefined();
    madeUpServer({ admin: { "regions/us-east-1/tables": { tables: [row("Music")] } } });
    expect(await screen.findByRole("link", { name: "Music" })).toBeDefined();
    expect(screen.queryByText("Not yet.")).toBeNull();
  });

  it("keeps the section but not what is open in it when the Region changes", () => {
    expect(sameSectionIn("eu-west-1", "/us-east-1/tables/Music/indexes")).toBe("/eu-west-1/tables");
    expect(sameSectionIn("eu-west-1", "/us-east-1")).toBe("/eu-west-1");
  });

  it("offers the Regions in use first, and each once", () => {
    const { used, others } = regionChoices(["eu-west-1", "my-region-7"], "us-east-1");
    expect(used).toEqual(["eu-west-1", "my-region-7", "us-east-1"]);
    expect(others).toContain("eu-west-2");
    expect(others).not.toContain("us-east-1");
  });

  it("opens a Region that is in no list when its name is typed", async () => {
    madeUpServer({ admin: { "regions/us-gov-west-1/tables": { tables: [] } } });
    renderApp("/us-east-1/tables");
    const [selector] = await screen.findAllByLabelText("Region: us-east-1");
    await userEvent.click(selector as HTMLElement);
    const [entry] = await screen.findAllByText("Another Region...");
    await userEvent.click(entry as HTMLElement);
    const modal = within(await screen.findByRole("dialog"));
    const name = modal.getByRole("textbox", { name: "Name of the Region" });
    await userEvent.type(name, "us-gov");
    expect(await modal.findByText("This is no name of a Region.")).toBeDefined();
    expect(modal.getByRole("button", { name: "Open Region" })).toHaveProperty("disabled", true);
    await userEvent.type(name, "-west-1");
    await userEvent.click(modal.getByRole("button", { name: "Open Region" }));
    expect((await screen.findAllByLabelText("Region: us-gov-west-1")).length).toBeGreaterThan(0);
    expect(await screen.findByText("There is no table in this Region.")).toBeDefined();
  });

  it("takes no other word for a Region, and remembers none", async () => {
    localStorage.setItem("anywhen.region", "eu-west-1");
    madeUpServer({});
    renderApp("/tables");
    expect(await screen.findByText(/tables is no Region/)).toBeDefined();
    expect(localStorage.getItem("anywhen.region")).toBe("eu-west-1");
    await userEvent.click(screen.getByRole("link", { name: "Open the console" }));
    expect((await screen.findAllByLabelText("Region: eu-west-1")).length).toBeGreaterThan(0);
  });

  it("opens in the default Region if what was remembered is none", async () => {
    localStorage.setItem("anywhen.region", "tables");
    madeUpServer({});
    renderApp("/");
    expect((await screen.findAllByLabelText("Region: us-east-1")).length).toBeGreaterThan(0);
  });

  it("shows a Region of any name that is in use", async () => {
    madeUpServer({ admin: { server: { ...SERVER, regions: ["home", "us-east-1"] } } });
    renderApp("/home");
    expect((await screen.findAllByLabelText("Region: home")).length).toBeGreaterThan(0);
    expect(localStorage.getItem("anywhen.region")).toBe("home");
  });

  it.each([
    ["us-east-1", true],
    ["us-gov-west-1", true],
    ["ap-southeast-12", true],
    ["local", true],
    ["tables", false],
    ["us-east", false],
    ["us-east-1a", false],
    ["US-EAST-1", false],
  ])("knows whether %s can be a Region, as the server does", (name, can) => {
    expect(looksLikeRegion(name)).toBe(can);
  });

  it("says so when there is no such page", async () => {
    madeUpServer({});
    renderApp("/us-east-1/no-such-page");
    expect(await screen.findByText(/no page at this address/)).toBeDefined();
  });
});

describe("the list of tables", () => {
  it("shows what each table is, over all pages of the answer", async () => {
    madeUpServer({
      admin: {
        "regions/us-east-1/tables": {
          tables: [
            row("Music"),
            row("Songs", { status: "CREATING", restoring: true }),
            row("Albums", { status: "CREATING", restoring: true }),
          ],
        },
        "regions/us-east-1/restores": {
          restores: [
            { ...RESTORE, table_name: "Songs", source: TABLE_ARN },
            { ...RESTORE, table_name: "Albums", source: `${TABLE_ARN}/backup/01` },
          ],
        },
      },
    });
    renderApp("/us-east-1/tables");
    const music = (await screen.findByRole("link", { name: "Music" })).closest("tr");
    expect(music).not.toBeNull();
    const cells = within(music as HTMLElement)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    expect(cells).toEqual(
      expect.arrayContaining([
        "Active",
        "Artist (S), Year (N)",
        "3",
        "On",
        "On-demand",
        "2 KiB",
        "1,234",
      ]),
    );
    const status = (name: string) => {
      const cells = within(screen.getByRole("row", { name: new RegExp(name) }));
      return cells.queryByText("Restoring") ?? cells.queryByText("Creating");
    };
    // As AWS's console has it: made from another table's history, and from a backup.
    await expect.poll(() => status("Select Songs")?.textContent).toBe("Restoring");
    await expect.poll(() => status("Select Albums")?.textContent).toBe("Creating");
  });

  it("shows an error whole, and what there is after asking again", async () => {
    const noRestores = { "regions/us-east-1/restores": { restores: [] } };
    madeUpServer({
      admin: { ...noRestores, "regions/us-east-1/tables": [400, "Odd", "It is very odd."] },
    });
    renderApp("/us-east-1/tables");
    expect(await screen.findByText("It is very odd.")).toBeDefined();
    expect(screen.getByText(/TESTREQUEST/)).toBeDefined();
    madeUpServer({
      admin: { ...noRestores, "regions/us-east-1/tables": { tables: [row("Music")] } },
    });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Music" })).toBeDefined();
    expect(screen.queryByText("It is very odd.")).toBeNull();
  });
});
