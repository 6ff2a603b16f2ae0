import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { madeUpServer, type Reply, renderPart } from "../testing/render-app";
import { backupNameFor, DeleteTableModal } from "./delete-table-modal";

const backup = (status: string) => ({
  BackupArn: "arn:backup",
  BackupName: "b",
  BackupStatus: status,
});

function open(tableNames: string[], operations: Record<string, () => Reply> = {}) {
  const server = madeUpServer({
    operations: {
      CreateBackup: () => ({ BackupDetails: backup("CREATING") }),
      DescribeBackup: () => ({ BackupDescription: { BackupDetails: backup("AVAILABLE") } }),
      DeleteTable: () => ({}),
      ...operations,
    },
  });
  const onDeleted = vi.fn();
  const onDismiss = vi.fn();
  renderPart(
    <DeleteTableModal tableNames={tableNames} onDeleted={onDeleted} onDismiss={onDismiss} />,
  );
  return { ...server, onDeleted, onDismiss };
}

const button = () => screen.getByRole("button", { name: "Delete" });
const type = (word: string) =>
  userEvent.type(screen.getByRole("textbox", { name: /To confirm/ }), word);

describe("deleting a table", () => {
  it("needs the word, whole", async () => {
    const { calls } = open(["Music"]);
    expect(button()).toHaveProperty("disabled", true);
    await type("delet");
    expect(button()).toHaveProperty("disabled", true);
    await type("e");
    expect(button()).toHaveProperty("disabled", false);
    expect(calls).toEqual([]);
  });

  it("waits for the backup before", async () => {
    const { calls, onDeleted } = open(["Music"]);
    await type("delete");
    await userEvent.click(button());
    await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce(), { timeout: 20_000 });
    expect(calls.map(({ operation }) => operation)).toEqual([
      "CreateBackup",
      "DescribeBackup",
      "DeleteTable",
    ]);
    expect(calls[0]?.input["TableName"]).toBe("Music");
    expect(calls[2]?.input).toEqual({ TableName: "Music" });
  });

  it("makes no backup if none is wanted", async () => {
    const { calls, onDeleted } = open(["Music"]);
    await userEvent.click(screen.getByRole("checkbox", { name: /backup before/ }));
    await type("delete");
    await userEvent.click(button());
    await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce(), { timeout: 20_000 });
    expect(calls.map(({ operation }) => operation)).toEqual(["DeleteTable"]);
  });

  it("keeps the table and says why if the backup fails", async () => {
    const { calls, onDeleted } = open(["Music"], {
      CreateBackup: () => [400, "BackupInUseException", "Too many backups at once."],
    });
    await type("delete");
    await userEvent.click(button());
    expect(await screen.findByText("Too many backups at once.")).toBeDefined();
    expect(calls.map(({ operation }) => operation)).toEqual(["CreateBackup"]);
    expect(onDeleted).not.toHaveBeenCalled();
  });

  it("waits for the same backup when it is confirmed again", async () => {
    let away = true;
    const { calls, onDeleted } = open(["Music"], {
      DescribeBackup: () =>
        away
          ? [500, "InternalServerError", "It was away."]
          : { BackupDescription: { BackupDetails: backup("AVAILABLE") } },
    });
    await type("delete");
    await userEvent.click(button());
    expect(await screen.findByText("It was away.")).toBeDefined();
    away = false;
    await userEvent.click(button());
    await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce(), { timeout: 20_000 });
    expect(calls.map(({ operation }) => operation)).toEqual([
      "CreateBackup",
      "DescribeBackup",
      "DescribeBackup",
      "DeleteTable",
    ]);
  });

  it("goes on where it stopped when it is confirmed again", async () => {
    let refuse = true;
    const { calls, onDeleted } = open(["A-1", "B-2"], {
      CreateBackup: () => ({ BackupDetails: backup("AVAILABLE") }),
      DeleteTable: () => {
        const isSecond = calls.filter(({ operation }) => operation === "DeleteTable").length === 2;
        return isSecond && refuse ? [400, "ResourceInUseException", "It is in use."] : {};
      },
    });
    await type("delete");
    await userEvent.click(button());
    expect(await screen.findByText("It is in use.")).toBeDefined();
    refuse = false;
    await userEvent.click(button());
    await vi.waitFor(() => expect(onDeleted).toHaveBeenCalledOnce(), { timeout: 20_000 });
    expect(calls.map(({ operation, input }) => `${operation} ${input["TableName"]}`)).toEqual([
      "CreateBackup A-1",
      "DeleteTable A-1",
      "CreateBackup B-2",
      "DeleteTable B-2",
      "DeleteTable B-2",
    ]);
  });
});

describe("the name of the backup", () => {
  it("is the table's with the time, and never too long", () => {
    const now = new Date("2026-11-21T20:17:34.999Z");
    expect(backupNameFor("Music", now)).toBe("Music-2026-11-21-201734");
    expect(backupNameFor("x".repeat(255), now)).toHaveLength(255);
  });
});
