import {
  ConditionalCheckFailedException,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { madeUpServer } from "../testing/render-app";
import { type Item, sameValue } from "../values/attribute-value";
import { itemFromJson } from "../values/item-json";
import { dynamodbClient } from "./dynamodb";

const ADD_ONE = new UpdateItemCommand({
  TableName: "Music",
  Key: { Artist: { S: "Nina Simone" } },
  UpdateExpression: "ADD plays :one",
  ExpressionAttributeValues: { ":one": { N: "1" } },
});

describe("a write", () => {
  it.each([
    ["the connection breaks", async () => Promise.reject(new TypeError("Failed to fetch"))],
    [
      "the server fails",
      async () =>
        new Response('{"__type":"InternalServerError","message":"It broke."}', { status: 500 }),
    ],
  ])("is not sent again when %s, because it may have been made", async (_, answer) => {
    const send = vi.fn(answer);
    vi.stubGlobal("fetch", send);
    await expect(dynamodbClient("us-east-1").send(ADD_ONE)).rejects.toThrow();
    expect(send).toHaveBeenCalledOnce();
  });
});

/** An object literal would have another prototype instead of the attribute. */
const json = `{
  "Artist": { "S": "{\\"__proto__\\":1}" },
  "__proto__?": { "N": "1" },
  "__proto__": { "M": { "__proto__": { "B": "AAEC" }, "L": { "L": [{ "BS": ["AQ=="] }] } } },
  "Deep": { "M": { "__proto__": { "S": "evil" } } }
}`;
const sent = JSON.parse(json) as object;
const { value: item } = itemFromJson(json) as { value: Item };
/** The order of the attributes of an item says nothing. */
const names = (one: Item | undefined) => Object.keys(one ?? {}).sort();
const isWhole = (one: Item | undefined) =>
  names(one).join() === names(item).join() && sameValue({ M: one ?? {} }, { M: item });
const dynamodb = dynamodbClient("us-east-1");
const key = { TableName: "Music", Key: { Artist: { S: "Nina" } } };

describe("an attribute that is called __proto__", () => {
  it("is read as any other, of one item, of many, and as where to go on", async () => {
    madeUpServer({
      operations: {
        GetItem: () => ({ Item: sent }),
        Scan: () => ({ Items: [{}, sent], LastEvaluatedKey: sent }),
      },
    });
    const one = await dynamodb.send(new GetItemCommand(key));
    expect(isWhole(one.Item)).toBe(true);
    const many = await dynamodb.send(new ScanCommand({ TableName: "Music" }));
    expect(isWhole(many.Items?.[1])).toBe(true);
    expect(isWhole(many.LastEvaluatedKey)).toBe(true);
  });

  it("is read of the item that did not meet a condition", async () => {
    madeUpServer({
      operations: {
        UpdateItem: () => [400, "ConditionalCheckFailedException", "No", { Item: sent }],
      },
    });
    const error = await dynamodb.send(new UpdateItemCommand(key)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(isWhole(error.Item)).toBe(true);
  });
});
