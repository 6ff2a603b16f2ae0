/** Tables, items and backups by the API: what a test begins with, and what it must end with. */

import {
  type AttributeValue,
  CreateBackupCommand,
  CreateTableCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";

export type Item = Record<string, AttributeValue>;

/** Asks again until something is so, and fails when it is not after a minute. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { timeout: 60_000, interval: 50, message: what }).toBe(true);
}

export function song(artist: string, title: string, more: Item = {}): Item {
  return { Artist: { S: artist }, SongTitle: { S: title }, ...more };
}

/** A table of songs with an index by genre. */
export async function createSongs(
  dynamodb: DynamoDBClient,
  TableName: string,
  items: Item[] = [],
): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["Artist", "SongTitle", "Genre"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "Artist", KeyType: "HASH" },
        { AttributeName: "SongTitle", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-genre",
          KeySchema: [{ AttributeName: "Genre", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
  await putAll(dynamodb, TableName, items);
}

/** Puts the items once the table is there. */
export async function putAll(
  dynamodb: DynamoDBClient,
  TableName: string,
  items: Item[],
): Promise<void> {
  const waiter = { client: dynamodb, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.5 };
  await waitUntilTableExists(waiter, { TableName });
  for (const Item of items) {
    await dynamodb.send(new PutItemCommand({ TableName, Item }));
  }
}

/** A backup that is AVAILABLE; its ARN. */
export async function backUp(
  dynamodb: DynamoDBClient,
  TableName: string,
  BackupName: string,
): Promise<string> {
  const { BackupDetails } = await dynamodb.send(new CreateBackupCommand({ TableName, BackupName }));
  const BackupArn = BackupDetails?.BackupArn ?? "";
  await until(`backup ${BackupName} is available`, async () => {
    const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn }));
    return BackupDescription?.BackupDetails?.BackupStatus === "AVAILABLE";
  });
  return BackupArn;
}

/** Every item of a table of songs, in the order of the keys. */
export async function itemsOf(dynamodb: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  const input = { TableName, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, input)) {
    items.push(...Items);
  }
  return inOrder(items);
}

export function inOrder(items: Item[]): Item[] {
  const key = ({ Artist, SongTitle }: Item) => JSON.stringify([Artist?.S, SongTitle?.S]);
  return items.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}
