/** What can be chosen of a restored table, what cannot and why, and how far a restore is. */

import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  QueryCommand,
  RestoreTableFromBackupCommand,
} from "@aws-sdk/client-dynamodb";
import type { Page } from "playwright-core";
import { button, descriptionOf, seesInRow } from "./harness/actions";
import { backUp, createSongs, type Item, inOrder, itemsOf, putAll, song } from "./harness/tables";
import { expect, test } from "./harness/test";

const GENRES = ["Country", "Rock", "Folk"];
const ITEMS = inOrder(
  Array.from({ length: 30 }, (_, number) =>
    song(`Artist ${number % 4}`, `Song ${number}`, {
      ...(number % 5 === 0 ? {} : { Genre: { S: GENRES[number % 3] ?? "" } }),
      Year: { N: String(1990 + (number % 7)) },
      Awards: { NS: [String(number), "12345678901234567890.5"] },
    }),
  ),
);

test("a restore with some indexes has other billing and another key", async ({
  page,
  dynamodb,
}) => {
  await createChart(dynamodb, "Whole");
  const arn = await backUp(dynamodb, "Whole", "WholeBackup");
  await openRestore(page, arn, "Partly");
  await choose(page, "Restore the table with some indexes");
  await page.getByRole("checkbox", { name: "by-year" }).uncheck({ force: true });
  await choose(page, "Provisioned");
  await page.getByRole("textbox", { name: "Read capacity" }).first().fill("7");
  await page.getByRole("textbox", { name: "Write capacity" }).first().fill("8");
  await button(page, "Capacity of index by-genre").click();
  await page.getByRole("textbox", { name: "Read capacity" }).last().fill("3");
  await page.getByRole("textbox", { name: "Write capacity" }).last().fill("4");
  expect(await button(page, "Capacity of index by-year").count()).toBe(0);
  await choose(page, "AWS managed key");
  await button(page, "Restore table").click();
  await seesInRow(page, "Partly", "Active");

  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "Partly" }));
  expect(Table?.BillingModeSummary?.BillingMode ?? "PROVISIONED").toBe("PROVISIONED");
  expect(Table?.ProvisionedThroughput).toMatchObject({
    ReadCapacityUnits: 7,
    WriteCapacityUnits: 8,
  });
  expect(
    Table?.GlobalSecondaryIndexes?.map(({ IndexName, ProvisionedThroughput: units }) => [
      IndexName,
      units?.ReadCapacityUnits,
      units?.WriteCapacityUnits,
    ]),
  ).toEqual([["by-genre", 3, 4]]);
  expect(Table?.SSEDescription).toMatchObject({ Status: "ENABLED", SSEType: "KMS" });
  expect(await itemsOf(dynamodb, "Partly")).toEqual(ITEMS);
  for (const genre of GENRES) {
    expect(await ofGenre(dynamodb, "Partly", genre), genre).toEqual(
      ITEMS.filter(({ Genre }) => Genre?.S === genre),
    );
  }
});

test("a restore without indexes takes what load comes", async ({ page, dynamodb }) => {
  await createChart(dynamodb, "Provisioned", { ReadCapacityUnits: 5, WriteCapacityUnits: 5 });
  const arn = await backUp(dynamodb, "Provisioned", "ProvisionedBackup");
  await openRestore(page, arn, "Bare");
  await choose(page, "Restore the table without secondary indexes");
  await choose(page, "On-demand");
  await page.getByRole("textbox", { name: "Maximum reads" }).fill("500");
  await choose(page, "Owned by Amazon DynamoDB");
  await button(page, "Restore table").click();
  await seesInRow(page, "Bare", "Active");

  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "Bare" }));
  expect(Table?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
  expect(Table?.OnDemandThroughput?.MaxReadRequestUnits).toBe(500);
  expect(Table?.GlobalSecondaryIndexes).toBeUndefined();
  expect(Table?.SSEDescription).toBeUndefined();
  expect(await itemsOf(dynamodb, "Bare")).toEqual(ITEMS);
});

test("what the server cannot do is disabled with its own words", async ({ page, dynamodb }) => {
  await createSongs(dynamodb, "Here");
  const arn = await backUp(dynamodb, "Here", "HereBackup");
  const place = `/console/us-east-1/restore-backup?arn=${encodeURIComponent(arn)}`;
  const says = async (elsewhere: string, customerKey: string) => {
    await page.goto(place);
    for (const [name, reason] of [
      ["Another Region", elsewhere],
      ["Customer managed key", customerKey],
    ] as const) {
      const radio = page.getByRole("radio", { name });
      await expect
        .poll(() => descriptionOf(radio), { message: name, timeout: 45_000 })
        .toBe(asSentence(reason));
      expect(await radio.isDisabled(), name).toBe(true);
    }
  };
  const answer = await page.request.get("/admin/v1/server");
  const told = (await answer.json()) as { capabilities: Record<string, { reason: string }> };
  const { restore_to_another_region: elsewhere, customer_managed_keys: keys } = told.capabilities;
  await says(elsewhere?.reason ?? "", keys?.reason ?? "");

  // Another server may have other reasons.
  const cannot = (reason: string) => ({ available: false, reason });
  const capabilities = {
    ...told.capabilities,
    restore_to_another_region: cannot("the sea lies between them"),
    customer_managed_keys: cannot("nobody brought a key"),
  };
  await page.route("**/admin/v1/server", (route) =>
    route.fulfill({ json: { ...told, capabilities } }),
  );
  await says("the sea lies between them", "nobody brought a key");
});

test("a restore under way shows how far it is, until it is done", async ({
  server,
  page,
  dynamodb,
}) => {
  await createSongs(dynamodb, "Slow", ITEMS);
  const arn = await backUp(dynamodb, "Slow", "SlowBackup");
  await server.restart({ ANYWHEN_FAILPOINTS: "restore::before_publish=pause" });
  const input = { TargetTableName: "SlowCopy", BackupArn: arn };
  await dynamodb.send(new RestoreTableFromBackupCommand(input));
  await page.goto("/console/us-east-1/tables/SlowCopy");
  const real = page.getByRole("progressbar", { name: "Restore of SlowCopy" });
  await real.waitFor();
  await page.getByText("Building indexes").first().waitFor();
  await page.getByText(/^(\S+ \S+) of \1, 30 items$/).waitFor();

  // How it goes on while a large one loads.
  const mebibyte = 2 ** 20;
  let loaded = 10;
  const path = "**/admin/v1/regions/us-east-1/restores";
  await page.route(path, (route) =>
    route.fulfill({
      json: {
        restores: [
          {
            table_name: "SlowCopy",
            source: arn,
            at_seconds: 1_700_000_000,
            state: "running",
            phase: "loading",
            bytes_done: loaded * mebibyte,
            bytes_total: 40 * mebibyte,
            items_done: loaded * 100,
            started_at_seconds: 1_700_000_100,
            seconds_left: 40 - loaded,
          },
        ],
      },
    }),
  );
  await page.getByText("10 MiB of 40 MiB, 1,000 items, 30 s left").waitFor();
  expect(await real.getAttribute("value")).toBe("25");
  loaded = 30;
  await page.getByText("30 MiB of 40 MiB, 3,000 items, 10 s left").waitFor();
  expect(await real.getAttribute("value")).toBe("75");
  await page.goto("/console/us-east-1/tables");
  await page.getByText("30 MiB of 40 MiB, 3,000 items, 10 s left").waitFor();
  await page.unroute(path);

  await page.goto("about:blank");
  await server.restart();
  await page.goto("/console/us-east-1/tables");
  await seesInRow(page, "SlowCopy", "Active");
  await real.waitFor({ state: "hidden" });
  expect(await itemsOf(dynamodb, "SlowCopy")).toEqual(ITEMS);
});

async function openRestore(page: Page, arn: string, name: string): Promise<void> {
  await page.goto(`/console/us-east-1/restore-backup?arn=${encodeURIComponent(arn)}`);
  await page.getByRole("textbox", { name: "Name of restored table" }).fill(name);
}

/** The API ends sentences with its reasons. */
const asSentence = (reason: string) =>
  `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.$/, "")}.`;

const choose = (page: Page, name: string) =>
  page.getByRole("radio", { name: new RegExp(`^${name}`) }).check({ force: true });

/** A table with the items and two indexes, on demand or provisioned. */
async function createChart(
  dynamodb: DynamoDBClient,
  TableName: string,
  ProvisionedThroughput?: { ReadCapacityUnits: number; WriteCapacityUnits: number },
): Promise<void> {
  const units = ProvisionedThroughput === undefined ? {} : { ProvisionedThroughput };
  const index = (IndexName: string, AttributeName: string) => ({
    IndexName,
    KeySchema: [{ AttributeName, KeyType: "HASH" as const }],
    Projection: { ProjectionType: "ALL" as const },
    ...units,
  });
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: ProvisionedThroughput === undefined ? "PAY_PER_REQUEST" : "PROVISIONED",
      AttributeDefinitions: [
        { AttributeName: "Artist", AttributeType: "S" },
        { AttributeName: "SongTitle", AttributeType: "S" },
        { AttributeName: "Genre", AttributeType: "S" },
        { AttributeName: "Year", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "Artist", KeyType: "HASH" },
        { AttributeName: "SongTitle", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [index("by-genre", "Genre"), index("by-year", "Year")],
      ...units,
    }),
  );
  await putAll(dynamodb, TableName, ITEMS);
}

async function ofGenre(
  dynamodb: DynamoDBClient,
  TableName: string,
  genre: string,
): Promise<Item[]> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName,
      IndexName: "by-genre",
      KeyConditionExpression: "Genre = :genre",
      ExpressionAttributeValues: { ":genre": { S: genre } },
    }),
  );
  return inOrder(Items);
}
