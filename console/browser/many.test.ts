/**
 * Large things do not freeze a page: 2,500 tables, 10,000 backups, an item of 400 KB, a table of a
 * million items. The answers are made up on their way, so that nothing has to be filled for it.
 *
 * A freeze is one task of the page that keeps everything else waiting. How long it takes depends on
 * the machine, so it is held against a fixed piece of work in the same page, and what is drawn is
 * counted too.
 */

import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Page } from "playwright-core";
import { button, openItem, sees } from "./harness/actions";
import { createSongs, itemsOf, song } from "./harness/tables";
import { expect, test } from "./harness/test";

/** How many times the fixed piece of work the longest task may take. */
const FREEZE_TIMES = 4;
const ELEMENTS_MAX = 6_000;
const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/";

test("2,500 tables are listed, found and chosen from", async ({ page }) => {
  await page.route("**/admin/v1/regions/us-east-1/tables?*", async (route) => {
    const { searchParams } = new URL(route.request().url());
    const start = searchParams.get("start") ?? "";
    const limit = Number(searchParams.get("limit") ?? 100);
    const rest = Array.from({ length: 2_500 }, (_, number) => row(number)).filter(
      ({ name }) => name > start,
    );
    const tables = rest.slice(0, limit);
    const more = rest.length > limit ? { next_start: tables.at(-1)?.name } : {};
    await route.fulfill({ json: { tables, total: 2_500, ...more } });
  });
  await withoutFreeze(page, async () => {
    await page.goto("/console/us-east-1/tables");
    await sees(page.getByText("(2,500)"));
    await sees(page.getByText("table-0000"));
    await page.getByPlaceholder("Find tables by name or property").fill("table-2499");
    await page.keyboard.press("Enter");
    await sees(page.getByRole("link", { name: "table-2499" }));
    await page.getByRole("link", { name: "Explore items" }).click();
    await page.getByRole("button", { name: /^Table / }).click();
    await page.getByLabel("Find a table").fill("table-1234");
    await sees(page.getByRole("option", { name: "table-1234" }));
  });
});

test("10,000 backups are turned over and sorted", async ({ page }) => {
  const backups = Array.from({ length: 10_000 }, (_, number) => backup(number));
  await answerOperations(page, {
    ListBackups: ({ Limit = 100, ExclusiveStartBackupArn }) => {
      const start = 1 + backups.findIndex(({ BackupArn }) => BackupArn === ExclusiveStartBackupArn);
      const BackupSummaries = backups.slice(start, start + Number(Limit));
      const last = BackupSummaries.at(-1)?.BackupArn;
      const more = start + BackupSummaries.length < backups.length;
      return { BackupSummaries, ...(more ? { LastEvaluatedBackupArn: last } : {}) };
    },
  });
  await withoutFreeze(page, async () => {
    await page.goto("/console/us-east-1/backups");
    await sees(page.getByText("(10,000)"));
    await sees(page.getByText("backup-09999"));
    await button(page, "Next page").first().click();
    await sees(page.getByText("backup-09949"));
    const created = page.getByRole("columnheader", { name: "Created" }).getByRole("button").first();
    await created.click();
    await sees(page.getByText("backup-00000"));
  });
});

test("an item of 400 KB is opened, changed and saved", async ({ page, dynamodb }) => {
  const large = song("Acme Band", "Long Day", {
    Lines: { L: Array.from({ length: 4_000 }, (_, line) => ({ S: `Line ${line} of the song` })) },
    Text: { S: "x".repeat(280_000) },
    Year: { N: "1999" },
  });
  await createSongs(dynamodb, "Large", [large]);
  await withoutFreeze(page, async () => {
    await page.goto("/console/us-east-1/tables/Large/items");
    const modal = await openItem(page, "Acme Band", "Long Day");
    await button(modal, "DynamoDB JSON").click();
    await sees(modal.getByRole("textbox", { name: "Item as DynamoDB JSON" }));
    await button(modal, "Form").click();
    await modal.getByRole("textbox", { name: "Value of Year" }).fill("2000");
    await button(modal, "Save changes").click();
    await modal.waitFor({ state: "hidden" });
  });
  expect(await itemsOf(dynamodb, "Large")).toEqual([{ ...large, Year: { N: "2000" } }]);
});

test("a table of a million items is read a page at a time", async ({ page, dynamodb }) => {
  await createSongs(dynamodb, "Million");
  await dynamodb.send(new PutItemCommand({ TableName: "Million", Item: song("a", "b") }));
  const key = (number: number) => song(`Artist ${number}`, "Song");
  let asked = 0;
  await answerOperations(page, {
    Scan: ({ ExclusiveStartKey, Limit }) => {
      asked += 1;
      const start = ExclusiveStartKey as { Artist: { S: string } } | undefined;
      const first = start === undefined ? 0 : Number(start.Artist.S.split(" ")[1]) + 1;
      const count = Number(Limit);
      return {
        Items: Array.from({ length: count }, (_, offset) => key(first + offset)),
        Count: count,
        ScannedCount: count,
        LastEvaluatedKey: key(first + count - 1),
        ConsumedCapacity: { TableName: "Million", CapacityUnits: 1 },
      };
    },
  });
  await withoutFreeze(page, async () => {
    await page.goto("/console/us-east-1/tables/Million/items");
    await sees(button(page, "Artist 49, Song"));
    for (const first of [50, 100, 150]) {
      await button(page, "Next page").first().click();
      await sees(button(page, `Artist ${first}, Song`));
    }
  });
  expect(asked, "no page is read that nobody asked for").toBe(4);
});

/** While something is done, no task of the page may take long, and not too much may be drawn. */
async function withoutFreeze(page: Page, act: () => Promise<void>): Promise<void> {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    const take = (list: PerformanceEntry[]) => tasks.push(...list.map(({ duration }) => duration));
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: "longtask", buffered: true });
    Object.assign(window, {
      longTasks: () => {
        take(observer.takeRecords());
        return tasks;
      },
    });
  });
  await act();
  const { tasks, elements } = await page.evaluate(async () => {
    // A task is only reported once it has ended.
    await new Promise((resolve) => setTimeout(resolve));
    return {
      tasks: (window as unknown as { longTasks: () => number[] }).longTasks(),
      elements: document.querySelectorAll("*").length,
    };
  });
  const yardstick = await page.evaluate(yardstickMilliseconds);
  const inOrder = tasks.map(Math.round).toSorted((one, other) => other - one);
  process.stdout.write(
    `Long tasks: ${inOrder.join(", ")} ms, the fixed piece of work ${Math.round(yardstick)} ms\n`,
  );
  expect(
    (inOrder[0] ?? 0) / yardstick,
    "the longest task, by the fixed piece of work",
  ).toBeLessThan(FREEZE_TIMES);
  expect(elements, "elements on the page").toBeLessThan(ELEMENTS_MAX);
}

/**
 * What this machine takes just now for work such as a page has: to sort, to make elements and to
 * lay them out. The longest of a few times, for the tasks it is held against are the longest too.
 */
function yardstickMilliseconds(): number {
  const once = () => {
    const begun = performance.now();
    const place = document.createElement("div");
    const words = Array.from({ length: 100_000 }, (_, number) => `${(number * 7_919) % 100_003}`);
    for (const word of words.sort((one, other) => one.localeCompare(other)).slice(0, 4_000)) {
      const line = document.createElement("p");
      line.textContent = word;
      place.append(line);
    }
    document.body.append(place);
    place.getBoundingClientRect();
    place.remove();
    return performance.now() - begun;
  };
  return Math.max(...[1, 2, 3].map(once));
}

type Input = Record<string, unknown>;

/** Answers some operations of the public API in the place of the server. */
async function answerOperations(
  page: Page,
  operations: Record<string, (input: Input) => object>,
): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === "/",
    async (route) => {
      const target = route.request().headers()["x-amz-target"] ?? "";
      const answer = operations[target.replace(/^.*\./, "")];
      await (answer === undefined
        ? route.fallback()
        : route.fulfill({
            contentType: "application/x-amz-json-1.0",
            body: JSON.stringify(answer(route.request().postDataJSON() as Input)),
          }));
    },
  );
}

function row(number: number) {
  const name = `table-${String(number).padStart(4, "0")}`;
  return {
    name,
    arn: ARN + name,
    table_id: name,
    status: "ACTIVE",
    restoring: false,
    created_at_seconds: 1_700_000_000 + number,
    keys: [{ attribute_name: "id", attribute_type: "S", key_type: "HASH" }],
    global_index_count: 0,
    local_index_count: 0,
    billing_mode: "PAY_PER_REQUEST",
    table_class: "STANDARD",
    size_bytes: number * 1_000,
    item_count: number,
    point_in_time_recovery: number % 2 === 0 ? "ENABLED" : "DISABLED",
    deletion_protection: false,
  };
}

function backup(number: number) {
  const digits = String(number).padStart(5, "0");
  return {
    TableName: "Music",
    TableArn: `${ARN}Music`,
    BackupArn: `${ARN}Music/backup/017000000${digits}-00000000`,
    BackupName: `backup-${digits}`,
    BackupCreationDateTime: 1_700_000_000 + number,
    BackupStatus: "AVAILABLE",
    BackupType: "USER",
    BackupSizeBytes: 2_048,
  };
}
