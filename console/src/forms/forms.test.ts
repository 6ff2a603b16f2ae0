import { describe, expect, it } from "vitest";
import { encryptionInput } from "./encryption";
import { attributeNameProblem, nameProblem, policyProblem, wholeNumberProblem } from "./fields";
import {
  attributeDefinitions,
  globalIndexInput,
  hasIndexProblem,
  indexProblems,
  localIndexInput,
  newGlobalIndex,
  newLocalIndex,
} from "./index-definition";
import { tagChanges, tagForms, tagsInput } from "./tags";
import { capacityInput, capacityProblems, EMPTY_CAPACITY, throughputOf } from "./throughput";

describe("names", () => {
  it.each(["abc", "a.b", "A-_9", "x".repeat(255)])("accepts %s", (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each(["", "ab", "x".repeat(256), "a b c", "ümlaut"])("refuses %j", (name) => {
    expect(nameProblem(name)).toBeDefined();
  });

  it("counts the bytes of an attribute's name, not its characters", () => {
    expect(attributeNameProblem("ü".repeat(127))).toBeUndefined();
    expect(attributeNameProblem("ü".repeat(128))).toBeDefined();
    expect(attributeNameProblem("")).toBeDefined();
  });
});

describe("numbers", () => {
  it.each([
    ["1", true],
    [" 40000 ", true],
    ["0", false],
    ["-1", false],
    ["1.5", false],
    ["1e3", false],
    ["", false],
    ["five", false],
  ])("%j is a capacity: %s", (text, fine) => {
    expect(wholeNumberProblem(text, 1) === undefined).toBe(fine);
  });

  it("may be empty where it is optional, and has an upper bound where there is one", () => {
    expect(wholeNumberProblem("", 1, { required: false })).toBeUndefined();
    expect(wholeNumberProblem("35", 1, { most: 35 })).toBeUndefined();
    expect(wholeNumberProblem("36", 1, { most: 35 })).toBe("Enter a whole number from 1 to 35.");
  });
});

describe("resource policies", () => {
  it("are JSON of at most 20,480 bytes, or nothing", () => {
    expect(policyProblem("")).toBeUndefined();
    expect(policyProblem('{"Version":"2012-10-17"}')).toBeUndefined();
    expect(policyProblem("{")).toContain("not JSON");
    expect(policyProblem(JSON.stringify("x".repeat(20_480)))).toContain("20,480");
  });
});

describe("capacity", () => {
  it("asks for nothing when the fields of an on-demand table are empty", () => {
    expect(capacityInput("PAY_PER_REQUEST", EMPTY_CAPACITY)).toEqual({});
  });

  it("holds provisioned units only in the mode that has them", () => {
    const form = { ...EMPTY_CAPACITY, readUnits: "7", writeUnits: "8", maxReadUnits: "9" };
    expect(capacityInput("PROVISIONED", form)).toEqual({
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
    });
    expect(capacityInput("PAY_PER_REQUEST", form)).toEqual({
      OnDemandThroughput: { MaxReadRequestUnits: 9 },
    });
  });

  it("asks for warm throughput in both modes, one side alone if only one is given", () => {
    const form = { ...EMPTY_CAPACITY, warmWriteUnits: "5000" };
    expect(capacityInput("PAY_PER_REQUEST", form)).toEqual({
      WarmThroughput: { WriteUnitsPerSecond: 5000 },
    });
    expect(capacityInput("PROVISIONED", form)).toMatchObject({
      WarmThroughput: { WriteUnitsPerSecond: 5000 },
    });
  });

  it("checks the fields of the chosen mode only", () => {
    const form = { ...EMPTY_CAPACITY, readUnits: "", maxReadUnits: "x" };
    expect(Object.keys(capacityProblems("PROVISIONED", form))).toEqual(["readUnits"]);
    expect(Object.keys(capacityProblems("PAY_PER_REQUEST", form))).toEqual(["maxReadUnits"]);
  });

  it("begins with what a table has, where -1 is no bound and 0 is on-demand", () => {
    expect(
      throughputOf({
        BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
        ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
        OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 12 },
      }),
    ).toEqual({
      ...EMPTY_CAPACITY,
      billingMode: "PAY_PER_REQUEST",
      maxReadUnits: "",
      maxWriteUnits: "12",
    });
  });
});

describe("indexes", () => {
  it("of several key attributes keep their order, partition keys first", () => {
    const index = {
      ...newGlobalIndex(),
      name: "by-place",
      partitionKeys: [
        { name: "country", type: "S" as const },
        { name: "city", type: "S" as const },
      ],
      sortKeys: [{ name: "year", type: "N" as const }],
      projection: "INCLUDE" as const,
      projectedAttributes: ["title"],
    };
    expect(globalIndexInput(index, "PROVISIONED")).toEqual({
      IndexName: "by-place",
      KeySchema: [
        { AttributeName: "country", KeyType: "HASH" },
        { AttributeName: "city", KeyType: "HASH" },
        { AttributeName: "year", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["title"] },
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    });
  });

  it("that are local take the table's partition key and have no capacity", () => {
    const index = {
      ...newLocalIndex(),
      name: "by-year",
      sortKeys: [{ name: "y", type: "N" as const }],
    };
    expect(localIndexInput(index, { name: "artist", type: "S" })).toEqual({
      IndexName: "by-year",
      KeySchema: [
        { AttributeName: "artist", KeyType: "HASH" },
        { AttributeName: "y", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    });
  });

  it("are refused for a taken name, a key of another type and an empty INCLUDE", () => {
    const index = {
      ...newGlobalIndex(),
      name: "taken",
      partitionKeys: [{ name: "year", type: "S" as const }],
      projection: "INCLUDE" as const,
    };
    const problems = indexProblems(index, {
      otherNames: ["taken"],
      types: new Map([["year", "N"]]),
      billingMode: "PAY_PER_REQUEST",
    });
    expect(problems.name).toBe("Another index has this name.");
    expect(problems.partitionKeys).toEqual([
      "Another key has this attribute with the type Number.",
    ]);
    expect(problems.projectedAttributes).toBeDefined();
    expect(hasIndexProblem(problems)).toBe(true);
  });

  it("include the attribute that is typed and not added yet, once", () => {
    const index = {
      ...newGlobalIndex(),
      projection: "INCLUDE" as const,
      projectedAttributes: ["title"],
    };
    const included = (typedAttribute: string) =>
      globalIndexInput({ ...index, typedAttribute }, "PAY_PER_REQUEST").Projection
        ?.NonKeyAttributes;
    expect(included("")).toEqual(["title"]);
    expect(included("year")).toEqual(["title", "year"]);
    expect(included("title")).toEqual(["title"]);
  });

  it("define each attribute once", () => {
    expect(
      attributeDefinitions([
        { name: "a", type: "S" },
        { name: "b", type: "N" },
        { name: "a", type: "S" },
      ]),
    ).toEqual([
      { AttributeName: "a", AttributeType: "S" },
      { AttributeName: "b", AttributeType: "N" },
    ]);
  });
});

describe("encryption", () => {
  it("asks for the owned key only where it has to be said", () => {
    expect(encryptionInput({ choice: "owned", keyId: "" })).toBeUndefined();
    expect(encryptionInput({ choice: "owned", keyId: "" }, { explicit: true })).toEqual({
      Enabled: false,
    });
  });

  it("names a customer's key and no other", () => {
    expect(encryptionInput({ choice: "managed", keyId: "left over" })).toEqual({
      Enabled: true,
      SSEType: "KMS",
    });
    expect(encryptionInput({ choice: "customer", keyId: " alias/mine " })).toEqual({
      Enabled: true,
      SSEType: "KMS",
      KMSMasterKeyId: "alias/mine",
    });
  });
});

describe("tags", () => {
  const before = [
    { Key: "stays", Value: "1" },
    { Key: "changes", Value: "1" },
    { Key: "goes", Value: "1" },
  ];

  it("change only where they differ", () => {
    const forms = tagForms(before).map((tag) => ({
      ...tag,
      value: tag.key === "changes" ? "2" : tag.value,
      markedForRemoval: tag.key === "goes",
    }));
    expect(tagChanges(before, [...forms, { key: "new", value: "", existing: false }])).toEqual({
      put: [
        { Key: "changes", Value: "2" },
        { Key: "new", Value: "" },
      ],
      remove: ["goes"],
    });
  });

  it("of a new resource are all that are not taken away", () => {
    expect(tagsInput([{ key: "a", value: "b", existing: false }])).toEqual([
      { Key: "a", Value: "b" },
    ]);
  });
});
