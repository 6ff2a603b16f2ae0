import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { setPreferences } from "../app/preferences";
import { type MadeUpServer, madeUpServer, type Reply, renderApp } from "../testing/render-app";

const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music/backup/01";
const TABLE_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music";

const SINGERS = {
  IndexName: "singers",
  KeySchema: [{ AttributeName: "Singer", KeyType: "HASH" }],
  Projection: { ProjectionType: "KEYS_ONLY" },
};

const BACKUP = {
  BackupDetails: {
    BackupArn: ARN,
    BackupName: "MusicBackup",
    BackupStatus: "AVAILABLE",
    BackupType: "USER",
    BackupCreationDateTime: 1_795_292_254.149,
    BackupSizeBytes: 4096,
  },
  SourceTableDetails: {
    TableName: "Music",
    KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    ItemCount: 4,
  },
  SourceTableFeatureDetails: { GlobalSecondaryIndexes: [SINGERS] },
};

const ACTIVE = {
  Table: {
    TableName: "Music",
    TableArn: TABLE_ARN,
    TableStatus: "ACTIVE",
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  },
};

/** 2026-11-21 20:17:34 UTC. */
const LATEST = 1_795_292_254;
const WINDOW = {
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: "ENABLED",
      EarliestRestorableDateTime: LATEST - 86_400,
      LatestRestorableDateTime: LATEST,
    },
  },
};

function open(
  address: string,
  operations: Record<string, (input: Record<string, unknown>) => Reply> = {},
  restores: object[] = [],
): MadeUpServer {
  const server = madeUpServer({
    admin: {
      "regions/us-east-1/tables": { tables: [] },
      "regions/us-east-1/restores": { restores },
    },
    operations: {
      DescribeBackup: () => ({ BackupDescription: BACKUP }),
      DescribeTable: () => ACTIVE,
      DescribeContinuousBackups: () => WINDOW,
      RestoreTableFromBackup: () => ({ TableDescription: {} }),
      RestoreTableToPointInTime: () => ({ TableDescription: {} }),
      ...operations,
    },
  });
  renderApp(address);
  return server;
}

const FROM_BACKUP = `/us-east-1/restore-backup?arn=${encodeURIComponent(ARN)}`;
const TO_POINT = "/us-east-1/restore-to-point-in-time?table=Music";

const nameField = () => screen.findByRole("textbox", { name: "Name of restored table" });
const submit = () => userEvent.click(screen.getByRole("button", { name: "Restore table" }));
const radio = (name: RegExp) => screen.getByRole("radio", { name });
const isInvalid = (field: HTMLElement) => field.getAttribute("aria-invalid") === "true";
const requests = ({ calls }: MadeUpServer) =>
  calls.filter(({ operation }) => operation.startsWith("Restore")).map(({ input }) => input);

beforeEach(() => setPreferences({ timeZone: "utc" }));

describe("restoring from a backup", () => {
  it("shows the backup to confirm, and leads to the tables until the new one is there", async () => {
    const server = open(FROM_BACKUP);
    await userEvent.type(await nameField(), "Music2");
    for (const text of ["MusicBackup", "2026-11-21 20:17:34 UTC", "4 KiB", ARN]) {
      expect(screen.getAllByText(text).length).toBeGreaterThan(0);
    }
    expect(screen.getByText(/table class will be DynamoDB Standard/)).toBeDefined();
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    expect(await screen.findByRole("heading", { level: 1, name: /Tables/ })).toBeDefined();
    expect(requests(server)).toEqual([{ TargetTableName: "Music2", BackupArn: ARN }]);
  });

  it("sends what was chosen about indexes, capacity and key", async () => {
    const server = open(FROM_BACKUP);
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/with some indexes/));
    await userEvent.click(radio(/Provisioned/));
    await userEvent.click(radio(/AWS managed key/));
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    const five = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
    expect(requests(server)).toEqual([
      {
        TargetTableName: "Music2",
        BackupArn: ARN,
        BillingModeOverride: "PROVISIONED",
        ProvisionedThroughputOverride: five,
        GlobalSecondaryIndexOverride: [{ ...SINGERS, ProvisionedThroughput: five }],
        SSESpecificationOverride: { Enabled: true, SSEType: "KMS" },
      },
    ]);
  });

  it("keeps an index's capacity open while its problem is mended", async () => {
    const server = open(FROM_BACKUP);
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/Provisioned/));
    const capacity = screen.getByRole("button", { name: "Capacity of index singers" });
    await userEvent.click(capacity);
    const [, ofIndex] = screen.getAllByRole("textbox", { name: "Read capacity" });
    await userEvent.clear(ofIndex as HTMLElement);
    await submit();
    await userEvent.type(ofIndex as HTMLElement, "50");
    expect(capacity.getAttribute("aria-expanded")).toBe("true");
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    expect(requests(server)).toMatchObject([
      { GlobalSecondaryIndexOverride: [{ ProvisionedThroughput: { ReadCapacityUnits: 50 } }] },
    ]);
  });

  it("opens an index's capacity that has a problem", async () => {
    open(FROM_BACKUP);
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/Provisioned/));
    const capacity = screen.getByRole("button", { name: "Capacity of index singers" });
    await userEvent.click(capacity);
    const [, ofIndex] = screen.getAllByRole("textbox", { name: "Read capacity" });
    await userEvent.clear(ofIndex as HTMLElement);
    await userEvent.click(capacity);
    expect(capacity.getAttribute("aria-expanded")).toBe("false");
    await submit();
    expect(capacity.getAttribute("aria-expanded")).toBe("true");
  });

  it("leaves the key of a system backup as the table had it until another is chosen", async () => {
    const server = open(FROM_BACKUP, {
      DescribeBackup: () => ({
        BackupDescription: {
          ...BACKUP,
          BackupDetails: { ...BACKUP.BackupDetails, BackupType: "SYSTEM" },
          SourceTableFeatureDetails: {},
        },
      }),
    });
    await userEvent.type(await nameField(), "Music2");
    expect(radio(/As the table had it/)).toHaveProperty("checked", true);
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    expect(requests(server)).toEqual([{ TargetTableName: "Music2", BackupArn: ARN }]);
  });

  it("offers what the server cannot do only with its reason", async () => {
    open(FROM_BACKUP);
    await nameField();
    expect(await screen.findByText("One Region only.")).toBeDefined();
    expect(screen.getByText("No customer keys here.")).toBeDefined();
    expect(radio(/Another Region/)).toHaveProperty("disabled", true);
    expect(radio(/Customer managed key/)).toHaveProperty("disabled", true);
  });

  it("shows a refusal whole and at the field", async () => {
    const message = "Table already exists: Music2";
    open(FROM_BACKUP, {
      RestoreTableFromBackup: () => [400, "TableAlreadyExistsException", message],
    });
    const name = await nameField();
    await userEvent.type(name, "Music2");
    await submit();
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(2);
    expect(name.getAttribute("aria-invalid")).toBe("true");
  });

  it("shows a refused capacity at its field, of the table and of an index", async () => {
    const message =
      "2 validation errors detected: Value '6' at 'provisionedThroughputOverride.writeCapacityUnits' failed to satisfy constraint: x; Value '7' at 'globalSecondaryIndexOverride.1.member.provisionedThroughput.readCapacityUnits' failed to satisfy constraint: y";
    open(FROM_BACKUP, {
      RestoreTableFromBackup: () => [400, "ValidationException", message],
    });
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/Provisioned/));
    await submit();
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(3);
    const invalid = (name: string) =>
      screen
        .getAllByRole("textbox", { name })
        .map((field) => field.getAttribute("aria-invalid") === "true");
    expect(invalid("Write capacity")).toEqual([true, false]);
    expect(invalid("Read capacity")).toEqual([false, true]);
  });

  it("says why it failed although the table is gone", async () => {
    open(
      FROM_BACKUP,
      { DescribeTable: () => [400, "ResourceNotFoundException", "Requested resource not found"] },
      [{ table_name: "Music2", state: "failed", reason: "The object 17 is damaged." }],
    );
    await userEvent.type(await nameField(), "Music2");
    await submit();
    expect(await screen.findByText("The table Music2 was not restored")).toBeDefined();
    expect(screen.getByText("The object 17 is damaged.")).toBeDefined();
  });

  it("says so when there is no such backup", async () => {
    const message = `Backup not found: ${ARN}`;
    open(FROM_BACKUP, { DescribeBackup: () => [400, "BackupNotFoundException", message] });
    expect(await screen.findByText(message)).toBeDefined();
  });
});

describe("restoring to a point in time", () => {
  it("begins with the latest instant", async () => {
    const server = open(TO_POINT);
    await userEvent.type(await nameField(), "MusicMinutesAgo");
    await submit();
    expect(await screen.findByText("Restored table MusicMinutesAgo")).toBeDefined();
    expect(requests(server)).toEqual([
      {
        TargetTableName: "MusicMinutesAgo",
        SourceTableName: "Music",
        UseLatestRestorableTime: true,
      },
    ]);
  });

  it("takes the earliest instant anew if it has passed meanwhile", async () => {
    let refusals = 1;
    const server = open(TO_POINT, {
      RestoreTableToPointInTime: () =>
        refusals-- > 0 ? [400, "InvalidRestoreTimeException", "Too early"] : {},
    });
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/Earliest/));
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    expect(requests(server)).toEqual(
      Array(2).fill({
        TargetTableName: "Music2",
        SourceTableName: "Music",
        RestoreDateTime: LATEST - 86_400,
      }),
    );
  });

  it("sends a typed instant to the microsecond", async () => {
    const server = open(TO_POINT);
    await userEvent.type(await nameField(), "Music2");
    await userEvent.click(radio(/Date and time/));
    const time = screen.getByRole("textbox", { name: "Time (UTC)" });
    expect(time).toHaveProperty("value", "20:17:34");
    await userEvent.clear(time);
    await userEvent.type(time, "9:00");
    await userEvent.clear(time);
    await userEvent.type(time, "19:00:00.123457");
    await submit();
    expect(await screen.findByText("Restored table Music2")).toBeDefined();
    expect(requests(server)).toEqual([
      { TargetTableName: "Music2", SourceTableName: "Music", RestoreDateTime: 1795287600.123457 },
    ]);
  });

  it("begins with the instant of the address, and warns of one outside of the window", async () => {
    open(`${TO_POINT}&at=1795292253.25`);
    await nameField();
    const time = screen.getByRole("textbox", { name: "Time (UTC)" });
    expect(time).toHaveProperty("value", "20:17:33.25");
    await userEvent.clear(time);
    await userEvent.type(time, "20:30");
    expect(await screen.findByText("This is after the latest restore date.")).toBeDefined();
    await userEvent.clear(time);
    await submit();
    expect(await screen.findByText(/Type a time as/)).toBeDefined();
  });

  it("shows a refused instant whole at its field, until it is another", async () => {
    const message =
      "RestoreDateTime '2026-11-20T23:16:32Z' must be within EarliestRestorableDateTime 'x'";
    open(`${TO_POINT}&at=1795292253`, {
      RestoreTableToPointInTime: () => [400, "InvalidRestoreTimeException", message],
    });
    await userEvent.type(await nameField(), "Music2");
    await submit();
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(2);
    const day = screen.getByRole("textbox", { name: "Day" });
    expect(isInvalid(day)).toBe(true);
    await userEvent.type(screen.getByRole("textbox", { name: "Time (UTC)" }), ".5");
    expect(isInvalid(day)).toBe(false);
  });

  it("forgets what was said of a name that is another now, and leads to what is wrong", async () => {
    const message = "Table already exists: Music";
    const server = open(`${TO_POINT}&at=1795292253`, {
      RestoreTableToPointInTime: () => [400, "TableAlreadyExistsException", message],
    });
    const name = await nameField();
    await userEvent.type(name, "Music");
    await submit();
    await expect.poll(() => document.activeElement).toBe(name);
    expect(isInvalid(name)).toBe(true);
    await userEvent.type(name, "2");
    expect(isInvalid(name)).toBe(false);
    expect(screen.getAllByText(message).length).toBeGreaterThan(0);

    const time = screen.getByRole("textbox", { name: "Time (UTC)" });
    await userEvent.clear(time);
    await userEvent.type(time, "25:00");
    await submit();
    await expect.poll(() => document.activeElement).toBe(time);
    expect(screen.queryByText(message)).toBeNull();
    expect(requests(server)).toHaveLength(1);
  });

  it("says so when point-in-time recovery is off", async () => {
    open(TO_POINT, {
      DescribeContinuousBackups: () => ({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: "ENABLED",
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
        },
      }),
    });
    expect(await screen.findByText("Point-in-time recovery is off for Music")).toBeDefined();
  });
});
