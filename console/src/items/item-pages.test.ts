import { DynamoDBClient, type ScanCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { forRandomAsync } from "../testing/random";
import type { Item } from "../values/attribute-value";
import { newExploreForm, readInput, type Target } from "./explore-form";
import { newFilter } from "./filter-form";
import { type ItemPage, type Position, REQUESTS_MAX, readPage } from "./item-pages";

const TARGET: Target = {
  isGlobalIndex: false,
  partitionKeys: [{ name: "id", type: "N" }],
  sortKeys: [],
  tableKeys: [{ name: "id", type: "N" }],
};

/** A table of items that match or not, which examines at most `atOnce` of them a request. */
function madeUpTable(matches: boolean[], atOnce: number) {
  const limits: (number | undefined)[] = [];
  const client = new DynamoDBClient({ region: "us-east-1" });
  client.send = (async (command: ScanCommand) => {
    const { ExclusiveStartKey, Limit, FilterExpression } = command.input;
    limits.push(Limit);
    const start = ExclusiveStartKey === undefined ? 0 : Number(ExclusiveStartKey["id"]?.N) + 1;
    const end = Math.min(matches.length, start + Math.min(atOnce, Limit ?? atOnce));
    const examined = Array.from({ length: end - start }, (_, at) => start + at);
    return {
      Items: examined
        .filter((id) => FilterExpression === undefined || matches[id] === true)
        .map((id): Item => ({ id: { N: String(id) } })),
      ScannedCount: examined.length,
      ConsumedCapacity: { CapacityUnits: 0.5 },
      // Like the real one, which cannot know that nothing follows.
      ...(end > start && end - start === Math.min(atOnce, Limit ?? atOnce)
        ? { LastEvaluatedKey: { id: { N: String(end - 1) } } }
        : {}),
    };
  }) as unknown as typeof client.send;
  return { client, limits };
}

async function allPages(client: DynamoDBClient, filtered: boolean, size: number) {
  const form = { ...newExploreForm(), filters: filtered ? [{ ...newFilter(), name: "a" }] : [] };
  const read = readInput("t", TARGET, form);
  const pages: ItemPage[] = [];
  let from: Position | undefined;
  do {
    const page = await readPage(client, read, TARGET, { from, size }, new AbortController().signal);
    pages.push(page);
    from = page.next;
  } while (from !== undefined);
  return pages;
}

const idsOf = (pages: ItemPage[]) =>
  pages.flatMap(({ items }) => items.map((item) => Number(item["id"]?.N)));

describe("the pages of a scan", () => {
  it("have every item that matches once, in order, whatever the sizes", async () => {
    await forRandomAsync(200, async (random) => {
      const density = random.next();
      const matches = random.many(300, () => random.next() < density);
      const filtered = random.next() < 0.7;
      const size = 1 + random.below(30);
      const { client } = madeUpTable(matches, 1 + random.below(60));
      const pages = await allPages(client, filtered, size);
      const expected = [...matches.keys()].filter((id) => !filtered || matches[id] === true);
      expect(idsOf(pages)).toEqual(expected);
      expect(Math.max(...pages.map(({ items }) => items.length))).toBeLessThanOrEqual(size);
    });
  });

  it("stop after a number of requests, with what they have", async () => {
    const { client, limits } = madeUpTable(Array(2_000).fill(false), 10);
    const [first] = await allPages(client, true, 50);
    expect(first).toMatchObject({ items: [], examined: 10 * REQUESTS_MAX });
    expect(first?.capacityUnits).toBe(0.5 * REQUESTS_MAX);
    expect(limits.slice(0, 4)).toEqual([1_000, 10_000, undefined, undefined]);
  });

  it("ask for no more than a page holds where there is no filter", async () => {
    const { client, limits } = madeUpTable(Array(100).fill(true), 30);
    await allPages(client, false, 50);
    expect(limits).toEqual([50, 20, 50, 20, 50]);
  });
});
