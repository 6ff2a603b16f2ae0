import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
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
