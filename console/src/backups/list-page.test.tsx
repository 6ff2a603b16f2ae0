import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import {
  type MadeUpServer,
  madeUpServer,
  type Reply,
  renderApp,
  SERVER,
} from "../testing/render-app";

const TABLES = { "regions/us-east-1/tables": { tables: [] } };

function backup(number: number, change: object = {}) {
  return {
    TableName: "Music",
    TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
    BackupArn: arn(number),
    BackupName: `backup-${number}`,
    BackupCreationDateTime: 1_700_000_000 + number,
    BackupStatus: "AVAILABLE",
    BackupType: "USER",
    BackupSizeBytes: 2048,
    ...change,
  };
}

const arn = (number: number) =>
  `arn:aws:dynamodb:us-east-1:123456789012:table/Music/backup/0${number}`;

/** Answers ListBackups from a list, page by page; as on AWS a page can hold less than the limit. */
function serverWith(
  backups: ReturnType<typeof backup>[],
  operations: Record<string, (input: Record<string, unknown>) => Reply> = {},
  pageSize = 100,
  admin: Record<string, Reply> = {},
): MadeUpServer {
  return madeUpServer({
    admin: { ...TABLES, ...admin },
    operations: {
      ListBackups: ({ ExclusiveStartBackupArn }) => {
        const start =
          backups.findIndex(({ BackupArn }) => BackupArn === ExclusiveStartBackupArn) + 1;
        const page = backups.slice(start, start + pageSize);
        const more = start + page.length < backups.length;
        return {
          BackupSummaries: page,
          ...(more ? { LastEvaluatedBackupArn: page.at(-1)?.BackupArn } : {}),
        };
      },
      ...operations,
    },
  });
}

const choose = async (name: string) =>
  userEvent.click(await screen.findByRole("checkbox", { name: `Select ${name} of Music` }));

const button = (name: string) => screen.getByRole("button", { name });

const names = () =>
  screen.getAllByRole("link", { name: /^backup-/ }).map((link) => link.textContent);

/** Holds back what comes after the first answer to ListBackups; the result lets it go. */
function holdTheRest(): () => void {
  const answer = globalThis.fetch;
  let release = () => {};
  const released = new Promise<void>((go) => {
    release = go;
  });
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    if (request[0] instanceof Request) {
      const input = await request[0].clone().text();
      if (input.includes("ExclusiveStartBackupArn")) {
        await released;
      }
    }
    return answer(...request);
  });
  return release;
}

describe("the list of backups", () => {
  it("shows what each backup is and leads to its restore", async () => {
    serverWith([backup(1, { BackupType: "SYSTEM", BackupExpiryDateTime: 1_703_000_000 })]);
    renderApp("/us-east-1/backups");
    const name = await screen.findByRole("link", { name: "backup-1" });
    expect(name.getAttribute("href")).toBe(
      `/us-east-1/restore-backup?arn=${encodeURIComponent(arn(1))}`,
    );
    const row = name.closest("tr") as HTMLElement;
    for (const text of ["Available", "Music", "2 KiB", "System", arn(1)]) {
      expect(within(row).getByText(text)).toBeDefined();
    }
  });

  it("begins with the newest of what is there, says that the rest is coming, and sorts it in", async () => {
    const seven = Array.from({ length: 7 }, (_, number) => backup(number));
    const { calls } = serverWith(seven, {}, 3);
    const release = holdTheRest();
    renderApp("/us-east-1/backups");
    await screen.findByText("(3+)");
    expect(names()).toEqual([2, 1, 0].map((number) => `backup-${number}`));
    expect(screen.getByText(/^Still loading/)).toBeDefined();
    const created = screen.getByRole("columnheader", { name: "Created" });
    expect(created.getAttribute("aria-sort")).toBe("descending");

    release();
    await screen.findByText("(7)");
    expect(names()).toEqual([6, 5, 4, 3, 2, 1, 0].map((number) => `backup-${number}`));
    expect(screen.queryByText(/^Still loading/)).toBeNull();
    const asked = calls.filter(({ operation }) => operation === "ListBackups");
    expect(asked.map(({ input }) => input)).toEqual(
      [undefined, arn(2), arn(5)].map((start) => ({
        BackupType: "ALL",
        Limit: 100,
        ...(start === undefined ? {} : { ExclusiveStartBackupArn: start }),
      })),
    );

    await userEvent.click(within(created).getByText("Created"));
    expect(names()[0]).toBe("backup-0");
  });

  it("asks the server for one table, also a deleted one, and for one type", async () => {
    const { calls } = serverWith([backup(1)]);
    renderApp("/us-east-1/backups");
    const table = await screen.findByRole("combobox", { name: "Source table" });
    await userEvent.type(table, "Gone{Enter}");
    await userEvent.click(screen.getByRole("button", { name: /All types/ }));
    await userEvent.click(await screen.findByRole("option", { name: "System" }));
    await expect
      .poll(() => calls.at(-1)?.input)
      .toEqual({ TableName: "Gone", BackupType: "SYSTEM", Limit: 100 });
    expect(table.isConnected).toBe(true);
  });

  it("takes the last hour by the clock of the server", async () => {
    const now = 1_700_000_000;
    const { calls } = serverWith([backup(1)], {}, 100, {
      server: { ...SERVER, now_seconds: now },
    });
    renderApp("/us-east-1/backups");
    await screen.findByRole("link", { name: "backup-1" });
    await userEvent.click(screen.getByRole("button", { name: /Any time/ }));
    await userEvent.click(await screen.findByRole("radio", { name: /hour/ }));
    await userEvent.click(screen.getByRole("button", { name: "Apply" }));
    await expect.poll(() => calls.at(-1)?.input["TimeRangeLowerBound"]).toBeDefined();
    const from = Number(calls.at(-1)?.input["TimeRangeLowerBound"]);
    expect(Math.abs(from - (now - 3_600))).toBeLessThan(30);
  });

  it("begins with the filter of the address, with times by the clock of the server", async () => {
    const now = 1_700_000_000;
    const { calls } = serverWith([], {}, 100, { server: { ...SERVER, now_seconds: now } });
    renderApp("/us-east-1/backups?table=Gone&type=SYSTEM&last=1-hour");
    expect(await screen.findByRole("button", { name: /Last 1 hour/ })).toBeDefined();
    expect(screen.getByRole("combobox", { name: "Source table" })).toHaveProperty("value", "Gone");
    const from = () => Number(calls.at(-1)?.input["TimeRangeLowerBound"]);
    await expect.poll(() => Math.abs(from() - (now - 3_600))).toBeLessThan(30);
    expect(calls.at(-1)?.input).toMatchObject({ TableName: "Gone", BackupType: "SYSTEM" });
    expect(screen.getByText("No backup matches the filter.")).toBeDefined();
  });

  it("deletes after the word delete was typed, and takes the backup out of the list", async () => {
    const { calls } = serverWith([backup(1), backup(2)], { DeleteBackup: () => ({}) });
    renderApp("/us-east-1/backups");
    await choose("backup-1");
    await userEvent.click(button("Delete"));
    const modal = await screen.findByRole("dialog");
    const confirm = within(modal).getByRole("button", { name: "Delete" });
    expect(confirm).toHaveProperty("disabled", true);
    await userEvent.type(within(modal).getByRole("textbox"), "delete");
    await userEvent.click(confirm);
    expect(await screen.findByText("Deleted backup backup-1")).toBeDefined();
    expect(screen.queryByRole("link", { name: "backup-1" })).toBeNull();
    expect(screen.getByRole("link", { name: "backup-2" })).toBeDefined();
    expect(calls.filter(({ operation }) => operation === "DeleteBackup")).toEqual([
      { operation: "DeleteBackup", region: "us-east-1", input: { BackupArn: arn(1) } },
    ]);
  });

  it("does not bring a deleted backup back with the rest that is still being asked for", async () => {
    const six = Array.from({ length: 6 }, (_, number) => backup(number));
    serverWith(six, { DeleteBackup: () => ({}) }, 3);
    const release = holdTheRest();
    renderApp("/us-east-1/backups");
    await choose("backup-1");
    await userEvent.click(button("Delete"));
    const modal = await screen.findByRole("dialog");
    await userEvent.type(within(modal).getByRole("textbox"), "delete{Enter}");
    expect(await screen.findByText("Deleted backup backup-1")).toBeDefined();
    release();
    expect(await screen.findByText("(5)")).toBeDefined();
    expect(screen.queryByRole("link", { name: "backup-1" })).toBeNull();
    expect(screen.getByRole("link", { name: "backup-5" })).toBeDefined();
  });

  it("shows why a backup cannot be deleted: before, and as the server says it", async () => {
    const message = `Backup is being used to restore table: ${arn(2)}`;
    serverWith([backup(1, { BackupType: "SYSTEM" }), backup(2)], {
      DeleteBackup: () => [400, "BackupInUseException", message],
    });
    renderApp("/us-east-1/backups");
    await choose("backup-1");
    expect(button("Delete").getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText(/A system backup cannot be deleted/)).toBeDefined();

    await choose("backup-1");
    await choose("backup-2");
    await userEvent.click(button("Delete"));
    const modal = await screen.findByRole("dialog");
    await userEvent.type(within(modal).getByRole("textbox"), "delete{Enter}");
    expect(await within(modal).findByText(message)).toBeDefined();
  });
});

describe("creating a backup", () => {
  const CREATED = {
    BackupDetails: { BackupArn: arn(7), BackupName: "before", BackupStatus: "CREATING" },
  };

  it("has the table it was opened from, and follows the backup until it is there", async () => {
    const { calls } = serverWith([], {
      CreateBackup: () => CREATED,
      DescribeBackup: () => ({
        BackupDescription: { BackupDetails: { BackupStatus: "AVAILABLE" } },
      }),
      DescribeTable: () => [400, "ResourceNotFoundException", "Gone"],
    });
    renderApp("/us-east-1/create-backup?table=Music");
    await userEvent.type(await screen.findByRole("textbox", { name: "Backup name" }), "before");
    await userEvent.click(button("Create backup"));
    expect(await screen.findByText("Created backup before")).toBeDefined();
    expect(calls[0]?.input).toEqual({ TableName: "Music", BackupName: "before" });
  });

  it("sends nothing without a table and a name", async () => {
    const { calls } = serverWith([]);
    renderApp("/us-east-1/create-backup");
    await screen.findByRole("textbox", { name: "Backup name" });
    await userEvent.click(button("Create backup"));
    expect(await screen.findByText("Choose the table to back up.")).toBeDefined();
    expect(screen.getByText("Enter a name.")).toBeDefined();
    expect(calls).toEqual([]);
  });

  it("shows a refusal whole and next to the field it names", async () => {
    const message =
      "1 validation error detected: Value 'before' at 'backupName' failed to satisfy constraint: x";
    serverWith([], { CreateBackup: () => [400, "ValidationException", message] });
    renderApp("/us-east-1/create-backup?table=Music");
    const name = await screen.findByRole("textbox", { name: "Backup name" });
    await userEvent.type(name, "before");
    await userEvent.click(button("Create backup"));
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(2);
    expect(name.getAttribute("aria-invalid")).toBe("true");
  });

  it("forgets what was said of a name that is another now", async () => {
    const message =
      "1 validation error detected: Value 'before' at 'backupName' failed to satisfy constraint: x";
    const { calls } = serverWith([], { CreateBackup: () => [400, "ValidationException", message] });
    renderApp("/us-east-1/create-backup?table=Music");
    const name = await screen.findByRole("textbox", { name: "Backup name" });
    await userEvent.type(name, "before");
    await userEvent.click(button("Create backup"));
    await expect.poll(() => name.getAttribute("aria-invalid")).toBe("true");
    await userEvent.type(name, "2");
    expect(name.getAttribute("aria-invalid")).not.toBe("true");
    expect(screen.getAllByText(message).length).toBeGreaterThan(0);
    await userEvent.clear(name);
    await userEvent.click(button("Create backup"));
    expect(screen.queryByText(message)).toBeNull();
    expect(screen.getByText("Enter a name.")).toBeDefined();
    expect(calls).toHaveLength(1);
  });

  it("shows at the source table that it is gone", async () => {
    const message = "Table not found: Music";
    serverWith([], { CreateBackup: () => [400, "TableNotFoundException", message] });
    renderApp("/us-east-1/create-backup?table=Music");
    await userEvent.type(await screen.findByRole("textbox", { name: "Backup name" }), "before");
    await userEvent.click(button("Create backup"));
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(2);
    const table = button("Source table Music");
    expect(table.getAttribute("aria-invalid")).toBe("true");
  });
});
