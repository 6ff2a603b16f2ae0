import type { BackupSummary } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import {
  ALL_BACKUPS,
  listBackupsInput,
  sortBackups,
  timeBounds,
  undeletableReason,
} from "./list-query";

describe("listBackupsInput", () => {
  it("asks for every type, a hundred at a time", () => {
    expect(listBackupsInput(ALL_BACKUPS, undefined)).toEqual({ BackupType: "ALL", Limit: 100 });
  });

  it("says table, type, bounds and where the page before ended", () => {
    const query = {
      tableName: "Music",
      type: "SYSTEM",
      fromSeconds: 1_000,
      beforeSeconds: 2_000.5,
    } as const;
    expect(listBackupsInput(query, "arn:1")).toEqual({
      BackupType: "SYSTEM",
      Limit: 100,
      TableName: "Music",
      TimeRangeLowerBound: new Date(1_000_000),
      TimeRangeUpperBound: new Date(2_000_500),
      ExclusiveStartBackupArn: "arn:1",
    });
  });
});

describe("timeBounds", () => {
  it("has none for any time", () => {
    expect(timeBounds(null, 5_000)).toEqual({});
  });

  it("looks back from now", () => {
    expect(timeBounds({ type: "relative", key: "x", amount: 2, unit: "hour" }, 10_000.9)).toEqual({
      fromSeconds: 2_800,
    });
  });

  it("holds the last second of an absolute range", () => {
    expect(
      timeBounds(
        {
          type: "absolute",
          startDate: "2026-11-21T00:00:00+01:00",
          endDate: "2026-11-21T23:59:59+01:00",
        },
        0,
      ),
    ).toEqual({ fromSeconds: 1_795_215_600, beforeSeconds: 1_795_302_000 });
  });
});

describe("sortBackups", () => {
  const backup = (BackupName: string, created: number, size?: number): BackupSummary => ({
    BackupName,
    BackupCreationDateTime: new Date(created),
    BackupSizeBytes: size,
  });
  const backups = [backup("b", 3, 10), backup("a", 1), backup("c", 2, 9)];
  const names = (sorted: BackupSummary[]) => sorted.map(({ BackupName }) => BackupName).join("");

  it("orders by name, time and size, with what has no value first", () => {
    expect(names(sortBackups(backups, { column: "BackupName", descending: false }))).toBe("abc");
    expect(
      names(sortBackups(backups, { column: "BackupCreationDateTime", descending: true })),
    ).toBe("bca");
    expect(names(sortBackups(backups, { column: "BackupSizeBytes", descending: false }))).toBe(
      "acb",
    );
  });
});

describe("undeletableReason", () => {
  const of = (BackupType: string, BackupStatus = "AVAILABLE") =>
    undeletableReason([{ BackupType: "USER" }, { BackupType, BackupStatus } as BackupSummary]);

  it("names what the server would refuse", () => {
    expect(of("USER")).toBeUndefined();
    expect(of("SYSTEM")).toContain("system backup");
    expect(of("AWS_BACKUP")).toContain("AWS Backup");
    expect(of("USER", "CREATING")).toContain("being created");
  });
});
