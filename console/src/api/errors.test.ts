import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { admin } from "./admin";
import { dynamodbClient } from "./dynamodb";
import { failureOf, messagesByMember } from "./errors";

function refusal(message: string, code = "ValidationException") {
  return Object.assign(new Error(message), {
    name: code,
    $metadata: { httpStatusCode: 400, requestId: "R1" },
  });
}

describe("failureOf", () => {
  it("keeps the whole message, the code and the request id of an API error", () => {
    expect(failureOf(refusal("Everything is wrong."))).toEqual({
      code: "ValidationException",
      message: "Everything is wrong.",
      status: 400,
      requestId: "R1",
    });
  });

  it("says of an error of the console itself what it is, and not that no answer came", () => {
    expect(failureOf(new TypeError("x is not a function"))).toEqual({
      code: "TypeError",
      message: "x is not a function",
    });
  });

  it("shows what is no error at all", () => {
    expect(failureOf("odd")).toEqual({ code: "Error", message: "odd" });
  });
});

describe("a server that does not answer", () => {
  const refused = async () => {
    throw new TypeError("Failed to fetch");
  };
  const broken = async () =>
    new Response(
      new ReadableStream({ start: (body) => body.error(new TypeError("Failed to fetch")) }),
    );
  const asking = {
    "the admin API": (signal: AbortSignal) => admin.server(signal),
    "the public API": (abortSignal: AbortSignal) =>
      dynamodbClient("us-east-1").send(new ListTablesCommand({}), { abortSignal }),
  };

  for (const [api, ask] of Object.entries(asking)) {
    it.each([refused, broken])(`is told from other errors of ${api}: %o`, async (fails) => {
      vi.stubGlobal("fetch", fails);
      const { signal } = new AbortController();
      const failure = failureOf(await ask(signal).catch((error) => error));
      expect(failure.code).toBe("No answer");
      expect(failure.message).toContain("Failed to fetch");
      expect(failure.status).toBeUndefined();
    });

    it(`is not what a request to ${api} fails by that was given up`, async () => {
      vi.stubGlobal("fetch", refused);
      const failure = failureOf(await ask(AbortSignal.abort()).catch((error) => error));
      expect(failure.code).not.toBe("No answer");
    });
  }

  it("is not asked again by the SDK", async () => {
    const fetch = vi.fn(refused);
    vi.stubGlobal("fetch", fetch);
    await asking["the public API"](new AbortController().signal).catch(() => undefined);
    expect(fetch).toHaveBeenCalledOnce();
  });
});

describe("messagesByMember", () => {
  const members = [
    "TableName",
    "ProvisionedThroughput.ReadCapacityUnits",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "BillingMode",
  ] as const;

  it("finds every member that constraints name, and the deepest one", () => {
    const message =
      "2 validation errors detected: Value 'a' at 'tableName' failed to satisfy constraint: " +
      "Member must have length greater than or equal to 3; Value '0' at " +
      "'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have " +
      "value greater than or equal to 1";
    expect(messagesByMember(refusal(message), members)).toEqual({
      TableName: message,
      "ProvisionedThroughput.ReadCapacityUnits": message,
    });
  });

  it("counts a path below a member as that member's", () => {
    const message =
      "1 validation error detected: Value 'X' at 'globalSecondaryIndexes.1.member.keySchema.2." +
      "member.keyType' failed to satisfy constraint: Member must satisfy enum value set: " +
      "[HASH, RANGE]";
    expect(messagesByMember(refusal(message), members)).toEqual({
      GlobalSecondaryIndexes: message,
    });
  });

  it("finds a member that a sentence names as the API spells it", () => {
    const message =
      "One or more parameter values were invalid: Neither ReadCapacityUnits nor " +
      "WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
    expect(messagesByMember(refusal(message), members)).toEqual({
      "ProvisionedThroughput.ReadCapacityUnits": message,
    });
  });

  it("gives a name that is taken to the field of the name", () => {
    const message = "Table already exists: Music";
    expect(messagesByMember(refusal(message, "ResourceInUseException"), members)).toEqual({
      TableName: message,
    });
  });

  it("finds nothing where nothing is named, and no part of a longer name", () => {
    expect(messagesByMember(refusal("TableNames are fine"), members)).toEqual({});
    expect(messagesByMember(undefined, members)).toEqual({});
  });
});
