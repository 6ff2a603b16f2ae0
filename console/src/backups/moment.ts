/** The instants a table can be put back to, and the request that does it. */

import {
  type ContinuousBackupsDescription,
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { failureOf } from "../api/errors";
import { type Micros, microsOf, microsOfDate } from "../forms/instant";
import { type RestoreForm, type RestoreSource, restoreToPointInTimeInput } from "../forms/restore";
import { type Moment, pointInTimeCommand } from "./point-in-time-command";

export interface RestoreWindow {
  earliest: Micros;
  latest: Micros;
}

/** Undefined while point-in-time recovery is off. */
export function windowOf(
  backups: ContinuousBackupsDescription | null | undefined,
): RestoreWindow | undefined {
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } =
    backups?.PointInTimeRecoveryDescription ?? {};
  return earliest === undefined || latest === undefined
    ? undefined
    : { earliest: microsOfDate(earliest), latest: microsOfDate(latest) };
}

/** Seconds since 1970 until the year 5138: what can be shown as a date, whatever is typed. */
const SECONDS = /^\d{1,11}(\.\d+)?$/;

/** The instant that an address names; undefined if it names none, or nothing that can be read. */
export function instantOfAddress(seconds: string | null): Micros | undefined {
  return seconds !== null && SECONDS.test(seconds) ? microsOf(Number(seconds)) : undefined;
}

export type MomentChoice = "earliest" | "latest" | "chosen";

/** Earliest moves on: it can pass between the answer that tells it and the restore to it. */
const EARLIEST_ATTEMPTS = 3;

export async function restoreToMoment(
  dynamodb: DynamoDBClient,
  table: { name: string; arn: string },
  source: RestoreSource,
  form: RestoreForm,
  moment: Moment | "earliest",
): Promise<unknown> {
  const input = restoreToPointInTimeInput(table, source, form);
  if (moment !== "earliest") {
    return dynamodb.send(pointInTimeCommand(input, moment));
  }
  for (let attempt = 1; ; attempt += 1) {
    const { ContinuousBackupsDescription } = await dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName: table.name }),
    );
    // Without a window the server refuses whatever the instant is, in its own words.
    const earliest = windowOf(ContinuousBackupsDescription)?.earliest ?? 0;
    try {
      return await dynamodb.send(pointInTimeCommand(input, earliest));
    } catch (error) {
      if (
        failureOf(error).code !== "InvalidRestoreTimeException" ||
        attempt === EARLIEST_ATTEMPTS
      ) {
        throw error;
      }
    }
  }
}
