/**
 * Every page, light and dark: no serious violation of accessibility, nothing wider than a telephone,
 * and a picture in screenshots/ for people to look at.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeContinuousBackupsCommand,
  type DynamoDBClient,
  RestoreTableFromBackupCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { actOnItem, button, openItem, sees } from "./harness/actions";
import { SCREENSHOTS } from "./harness/browser";
import { backUp, createSongs, putAll, song, until } from "./harness/tables";
import { expect, test } from "./harness/test";

const REGION = "/console/us-east-1";
const WIDE = { width: 1280, height: 1200 };
/** A small telephone. */
const NARROW = { width: 360, height: 800 };

const SONGS = Array.from({ length: 30 }, (_, number) =>
  song(`Artist ${number % 4}`, `Song ${number}`, {
    Genre: { S: ["Country", "Rock", "Folk"][number % 3] ?? "" },
    Awards: { N: String(number) },
    Lyrics: { S: "Here comes a long line of a song. ".repeat(number % 5) },
    Band: { M: { Drums: { S: "Ann" }, Others: { L: [{ S: "Bo" }, { NULL: true }] } } },
  }),
);

/** The ARN of a backup, once the tables are there: Music, MusicCollection and an empty one. */
let filled: Promise<string> | undefined;

async function fill(dynamodb: DynamoDBClient): Promise<string> {
  await createSongs(dynamodb, "Music");
  await createSongs(dynamodb, "Sessions-of-a-table-with-quite-a-long-name", []);
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: "Music",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await until("there is a history to write into", async () => {
    const command = new DescribeContinuousBackupsCommand({ TableName: "Music" });
    const { ContinuousBackupsDescription } = await dynamodb.send(command);
    const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } =
      ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
    return earliest !== undefined && latest !== undefined && latest > earliest;
  });
  await putAll(dynamodb, "Music", SONGS);
  const arn = await backUp(dynamodb, "Music", "MusicBackup");
  await backUp(dynamodb, "Music", "before-the-release-of-November");
  await dynamodb.send(
    new RestoreTableFromBackupCommand({ TargetTableName: "MusicCollection", BackupArn: arn }),
  );
  return arn;
}

interface Shown {
  name: string;
  path: string | ((backupArn: string) => string);
  /** Text that is there once the page is complete. */
  ready: string | RegExp;
  /** What is clicked before it is looked at. */
  act?: (page: Page) => Promise<unknown>;
  /** Answers in the place of the server. */
  answer?: (page: Page) => Promise<unknown>;
  /** The operations that are refused here, and with which code. */
  refused?: Record<string, string>;
}

const BUSY_SERVER = {
  requests_per_second: 20,
  "requests_per_second.GetItem": 12.5,
  "requests_per_second.PutItem": 7.5,
  client_errors_per_second: 1.5,
  server_errors_per_second: 0,
  throttled_requests_per_second: 0.25,
  latency_p50_seconds: 0.002,
  latency_p90_seconds: 0.008,
  latency_p99_seconds: 0.04,
  connections: 3,
  restores_running: 1,
  archive_lag_seconds: 0.7,
  data_bytes: 150_000_000,
  archive_bytes: 90_000_000,
};

const BUSY_TABLE = {
  read_requests_per_second: 12.5,
  write_requests_per_second: 7.5,
  read_capacity_units_per_second: 6.25,
  write_capacity_units_per_second: 15,
  throttled_requests_per_second: 0.25,
};

const RESTORING = {
  restores: [
    {
      table_name: "MusicCollection",
      source: "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
      at_seconds: 1_700_000_000,
      state: "running",
      phase: "loading",
      bytes_done: 10 * 2 ** 20,
      bytes_total: 40 * 2 ** 20,
      items_done: 1_000,
      started_at_seconds: 1_700_000_100,
      seconds_left: 30,
    },
  ],
};

/** How the API says that a table has no policy. */
const NO_POLICY = { GetResourcePolicy: "PolicyNotFoundException" };

const PAGES: Shown[] = [
  { name: "dashboard", path: "", ready: "Activity" },
  {
    name: "dashboard-busy",
    path: "",
    ready: "Activity",
    answer: (page) => answerBusy(page, "**/admin/v1/metrics?*", BUSY_SERVER),
    act: (page) => pointAt(page, "Requests by operation, requests per second", "PutItem7.5"),
  },
  { name: "tables", path: "/tables", ready: "MusicCollection" },
  {
    name: "tables-restoring",
    path: "/tables",
    ready: "10 MiB of 40 MiB, 1,000 items, 30 s left",
    answer: (page) => page.route("**/restores", (route) => route.fulfill({ json: RESTORING })),
  },
  { name: "create-table", path: "/create-table", ready: "Partition key" },
  {
    name: "create-table-custom",
    path: "/create-table",
    ready: "Partition key",
    act: async (page) => {
      await page.getByRole("radio", { name: /^Customize settings/ }).check({ force: true });
      await button(page, "Create table").click();
      await sees(page.locator("[aria-invalid=true]"));
    },
  },
  { name: "table-overview", path: "/tables/Music", ready: "Table details" },
  { name: "table-indexes", path: "/tables/Music/indexes", ready: "by-genre" },
  {
    name: "table-indexes-create",
    path: "/tables/Music/indexes",
    ready: "by-genre",
    act: async (page) => {
      await button(page, "Create index").click();
      await sees(page.getByRole("dialog"));
    },
  },
  { name: "table-items", path: "/tables/Music/items", ready: "Song 1" },
  {
    name: "table-backups",
    path: "/tables/Music/backups",
    ready: "MusicBackup",
    act: async (page) => {
      // The picture is there for the eyes; the words are said of what is chosen in it.
      await page.locator("svg .history-writes").nth(1).waitFor();
      await page.locator("svg .history-backup").nth(2).waitFor();
      await page.getByRole("slider", { name: "Instant to restore" }).press("End");
      await sees(page.getByRole("link", { name: "Restore to this instant" }));
    },
  },
  {
    name: "table-backups-edit",
    path: "/tables/Music/backups",
    ready: "MusicBackup",
    act: (page) => button(page, "Edit point-in-time recovery").click(),
  },
  { name: "table-metrics", path: "/tables/Music/metrics", ready: /requests/i },
  {
    name: "table-metrics-busy",
    path: "/tables/Music/metrics",
    ready: "Consumed capacity",
    answer: (page) => answerBusy(page, "**/tables/Music/metrics?*", BUSY_TABLE),
    act: (page) => pointAt(page, "Requests, requests per second", "Writes7.5"),
  },
  {
    name: "table-settings",
    path: "/tables/Music/settings",
    ready: "Resource policy",
    refused: NO_POLICY,
  },
  {
    name: "table-delete",
    path: "/tables/Music",
    ready: "Table details",
    act: async (page) => {
      await button(page, "Actions").click();
      await page.getByRole("menuitem", { name: "Delete table" }).click();
      await sees(page.getByRole("dialog"));
    },
  },
  {
    name: "table-absent",
    path: "/tables/Nowhere",
    ready: /^There is no table Nowhere/,
    refused: { DescribeTable: "ResourceNotFoundException" },
  },
  { name: "items", path: "/items?table=Music", ready: "Song 1" },
  {
    name: "items-query",
    path: "/items?table=Music",
    ready: "Song 1",
    act: async (page) => {
      await page.getByRole("button", { name: "Operation" }).click();
      await page.getByRole("option", { name: "Query" }).click();
      await page.getByRole("textbox", { name: "Partition key: Artist" }).fill("Artist 1");
      await button(page, "Run").click();
      await sees(page.getByText("Song 29"));
    },
  },
  {
    name: "items-edit",
    path: "/items?table=Music",
    ready: "Song 1",
    act: (page) => openItem(page, "Artist 1", "Song 9"),
  },
  {
    name: "items-edit-json",
    path: "/items?table=Music",
    ready: "Song 1",
    act: async (page) => {
      await button(await openItem(page, "Artist 1", "Song 9"), "DynamoDB JSON").click();
    },
  },
  {
    name: "items-delete",
    path: "/items?table=Music",
    ready: "Song 1",
    act: (page) => actOnItem(page, "Artist 1, Song 9", "Delete item"),
  },
  {
    name: "partiql",
    path: "/partiql",
    ready: "Run",
    act: async (page) => {
      await page
        .getByRole("textbox", { name: "PartiQL statement" })
        .fill(`SELECT * FROM "Music" WHERE Artist = 'Artist 2'`);
      await button(page, "Run").click();
      await sees(page.getByText("Song 6"));
    },
  },
  { name: "backups", path: "/backups", ready: "MusicBackup" },
  { name: "create-backup", path: "/create-backup", ready: "Backup name" },
  {
    name: "restore-backup",
    path: (arn) => `/restore-backup?arn=${encodeURIComponent(arn)}`,
    ready: "MusicBackup",
  },
  {
    name: "restore-to-point-in-time",
    path: "/restore-to-point-in-time?table=Music",
    ready: "Earliest",
    act: (page) => page.getByRole("radio", { name: "Date and time" }).check({ force: true }),
  },
  { name: "not-found", path: "/no-such-page", ready: /no page/i },
];

test.for(PAGES)("$name is readable by everyone", async (shown, { page, watch, dynamodb }) => {
  filled ??= fill(dynamodb);
  const arn = await filled;
  for (const [operation, code] of Object.entries(shown.refused ?? {})) {
    watch.allowRefusal(code, operation);
  }
  await shown.answer?.(page);
  await page.setViewportSize(WIDE);
  const path = typeof shown.path === "string" ? shown.path : shown.path(arn);
  await page.goto(REGION + path);
  await sees(page.getByText(shown.ready));
  await shown.act?.(page);
  await page.waitForLoadState("networkidle");

  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SCREENSHOTS, `${shown.name}-${colorScheme}.png`) });
    // In the dark only colours are other ones.
    const rules = colorScheme === "light" ? undefined : ["color-contrast"];
    expect(await seriousViolations(page, rules), `axe, ${colorScheme}`).toEqual([]);
  }

  await page.setViewportSize(NARROW);
  await page.screenshot({ path: join(SCREENSHOTS, `${shown.name}-narrow.png`) });
  await expect.poll(() => widthOverNarrow(page), { message: "scrolls sideways" }).toBe(0);
});

test("the list of tables shows what a table is without scrolling sideways", async ({
  page,
  dynamodb,
}) => {
  filled ??= fill(dynamodb);
  await filled;
  await page.setViewportSize(WIDE);
  await page.goto(`${REGION}/tables`);
  await sees(page.getByText("Sessions-of-a-table-with-quite-a-long-name"));
  await sees(page.getByText("Artist (S), SongTitle (S)"));
  const last = page.getByRole("columnheader", { name: "PITR" });
  await expect
    .poll(async () => {
      const box = await last.boundingBox();
      return box === null ? WIDE.width : Math.round(box.x + box.width);
    })
    .toBeLessThan(WIDE.width);
});

/** Metrics in which a series has the same number in every step. */
async function answerBusy(page: Page, path: string, series: Record<string, number>) {
  await page.route(path, (route) => {
    const { searchParams } = new URL(route.request().url());
    const [from, to, step] = ["from", "to", "step_seconds"].map((name) =>
      Number(searchParams.get(name)),
    ) as [number, number, number];
    const steps = Array.from({ length: Math.floor((to - from) / step) }, (_, at) => at);
    const values = Object.entries(series).map(([name, value]) => [
      name,
      // Something was unknown for a while.
      steps.map((at) => (at > 5 && at < 9 ? null : value)),
    ]);
    return route.fulfill({
      json: {
        start_seconds: Math.ceil(from / step) * step,
        step_seconds: step,
        series: Object.fromEntries(values),
      },
    });
  });
}

/** What a chart tells of the point that is nearest to its middle. */
async function pointAt(page: Page, chart: string, told: string): Promise<void> {
  await page.getByRole("application", { name: chart, exact: true }).hover();
  const found = page.getByRole("listitem").filter({ hasText: told });
  await sees(found);
  // Meanwhile the other lines are pale.
  await page.mouse.move(0, 0);
  await found.waitFor({ state: "hidden" });
}

/** Rule, what to do, and where. */
async function seriousViolations(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => html).join("\n")}`);
}

/** By how many pixels the page is wider than its window. */
function widthOverNarrow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
