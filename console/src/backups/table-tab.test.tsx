import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { setPreferences } from "../app/preferences";
import { type MadeUpServer, madeUpServer, type Reply, renderApp } from "../testing/render-app";

const LATEST = 1_795_292_254;

const MUSIC = { TableName: "Music", TableStatus: "ACTIVE", KeySchema: [] };

const RESTORE = {
  table_name: "Music",
  source: "arn:aws:dynamodb:us-east-1:123456789012:table/Old",
  at_seconds: LATEST,
  started_at_seconds: LATEST,
  bytes_done: 512,
  bytes_total: 2048,
  items_done: 12,
};

function recovery(on: boolean) {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: on
        ? {
            PointInTimeRecoveryStatus: "ENABLED",
            RecoveryPeriodInDays: 7,
            EarliestRestorableDateTime: LATEST - 86_400,
            LatestRestorableDateTime: LATEST,
          }
        : { PointInTimeRecoveryStatus: "DISABLED" },
    },
  };
}

function open(
  operations: Record<string, (input: Record<string, unknown>) => Reply>,
  admin: Record<string, Reply> = {},
  address = "/us-east-1/tables/Music/backups",
): MadeUpServer {
  const server = madeUpServer({
    admin: { "regions/us-east-1/restores": { restores: [] }, ...admin },
    operations: {
      DescribeTable: () => ({ Table: MUSIC }),
      DescribeContinuousBackups: () => recovery(true),
      ListBackups: () => ({ BackupSummaries: [] }),
      ...operations,
    },
  });
  renderApp(address);
  return server;
}

const edit = async () =>
  userEvent.click(await screen.findByRole("button", { name: "Edit point-in-time recovery" }));

beforeEach(() => setPreferences({ timeZone: "utc" }));

describe("the tab Backups of a table", () => {
  it("shows since when and until when the table can be restored, and leads there", async () => {
    const server = open({});
    expect(await screen.findByText("2026-11-20 20:17:34 UTC")).toBeDefined();
    expect(screen.getAllByText("2026-11-21 20:17:34 UTC").length).toBeGreaterThan(0);
    expect(screen.getByText("7 days")).toBeDefined();
    const restore = screen.getByRole("link", { name: "Restore to point in time" });
    expect(restore.textContent).toBe("Restore to point in time");
    expect(restore.getAttribute("href")).toBe("/us-east-1/restore-to-point-in-time?table=Music");
    const listed = server.calls.find(({ operation }) => operation === "ListBackups");
    expect(listed?.input).toEqual({ TableName: "Music", BackupType: "ALL", Limit: 100 });
  });

  it("turns recovery on with a period", async () => {
    const server = open({
      DescribeContinuousBackups: () => recovery(false),
      UpdateContinuousBackups: () => ({}),
    });
    await edit();
    const modal = await screen.findByRole("dialog");
    await userEvent.click(within(modal).getByRole("checkbox"));
    const period = within(modal).getByRole("textbox", { name: "Backup recovery period" });
    expect(period).toHaveProperty("value", "35");
    await userEvent.clear(period);
    await userEvent.type(period, "3");
    await userEvent.click(within(modal).getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Point-in-time recovery is on for Music")).toBeDefined();
    expect(
      server.calls.find(({ operation }) => operation === "UpdateContinuousBackups")?.input,
    ).toEqual({
      TableName: "Music",
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 3,
      },
    });
  });

  it("shows a refused period whole, in the modal and at the field", async () => {
    const message =
      "1 validation error detected: Value '6' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: x";
    open({ UpdateContinuousBackups: () => [400, "ValidationException", message] });
    await edit();
    const modal = await screen.findByRole("dialog");
    const period = within(modal).getByRole("textbox", { name: "Backup recovery period" });
    await userEvent.clear(period);
    await userEvent.type(period, "6");
    expect(within(modal).getByText(/shorter period/)).toBeDefined();
    await userEvent.click(within(modal).getByRole("button", { name: "Save changes" }));
    expect(await within(modal).findAllByText(message)).toHaveLength(2);
    await userEvent.clear(period);
    await userEvent.type(period, "5");
    expect(within(modal).getAllByText(message)).toHaveLength(1);
  });
});

describe("a table that a restore makes", () => {
  const CREATING = {
    Table: {
      ...MUSIC,
      TableStatus: "CREATING",
      RestoreSummary: { RestoreDateTime: LATEST, RestoreInProgress: true },
    },
  };

  it("shows how far it is", async () => {
    open(
      { DescribeTable: () => CREATING },
      {
        "regions/us-east-1/restores": {
          restores: [{ ...RESTORE, state: "running", phase: "loading", seconds_left: 3 }],
        },
      },
    );
    expect(await screen.findByText("512 bytes of 2 KiB, 12 items, 3 s left")).toBeDefined();
    expect(screen.getByRole("progressbar").getAttribute("value")).toBe("25");
  });

  it("shows why there is none if the restore failed", async () => {
    open(
      { DescribeTable: () => [400, "ResourceNotFoundException", "Requested resource not found"] },
      {
        "regions/us-east-1/restores": {
          restores: [{ ...RESTORE, state: "failed", reason: "The object 17 is damaged." }],
        },
      },
    );
    expect(await screen.findByText("The object 17 is damaged.")).toBeDefined();
    expect(screen.getByText(/There is no table Music/)).toBeDefined();
  });

  describe("and whose restores the server does not tell", () => {
    const restores: Record<string, Reply> = {
      "regions/us-east-1/restores": [500, "InternalFailure", "The archive cannot be read."],
      "regions/us-east-1/tables": { tables: [] },
    };

    it("says so where its progress would be", async () => {
      open({ DescribeTable: () => CREATING }, restores);
      expect(await screen.findByText("The archive cannot be read.")).toBeDefined();
      expect(screen.getByText("How far the restore is cannot be told")).toBeDefined();
    });

    it("says so where there is no table", async () => {
      open(
        { DescribeTable: () => [400, "ResourceNotFoundException", "Requested resource not found"] },
        restores,
      );
      expect(await screen.findByText("The archive cannot be read.")).toBeDefined();
      expect(screen.getByText(/There is no table Music/)).toBeDefined();
    });

    it("says so above the list of tables", async () => {
      open({}, restores, "/us-east-1/tables");
      expect(await screen.findByText("The archive cannot be read.")).toBeDefined();
      expect(screen.getByText("The restores cannot be listed")).toBeDefined();
    });
  });
});
