// DynamoDB Toolbox: a single-table model of two entities, with schemas, access by entity and by
// table, conditions, batches and transactions.

import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  BatchGetCommand,
  BatchGetRequest,
  BatchPutRequest,
  BatchWriteCommand,
  ConditionCheck,
  DeleteItemCommand,
  Entity,
  GetItemCommand,
  PutItemCommand,
  DeleteTransaction,
  GetTransaction,
  PutTransaction,
  QueryCommand,
  ScanCommand,
  Table,
  UpdateItemCommand,
  UpdateTransaction,
  $add,
  $append,
  $get,
  $remove,
  $subtract,
  any,
  binary,
  boolean,
  executeBatchGet,
  executeBatchWrite,
  executeTransactGet,
  executeTransactWrite,
  item,
  list,
  map,
  number,
  record,
  set,
  string,
} from "dynamodb-toolbox";
import { configuration, done, prefix } from "./task.mjs";

const client = new DynamoDBClient(configuration);
const name = `${prefix}-zoo`;

const zoo = new Table({
  name,
  documentClient: DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  }),
  partitionKey: { name: "pk", type: "string" },
  sortKey: { name: "sk", type: "string" },
  indexes: {
    "by-keeper": {
      type: "global",
      partitionKey: { name: "keeper", type: "string" },
      sortKey: { name: "weight", type: "number" },
    },
  },
});

const animal = new Entity({
  name: "animal",
  table: zoo,
  timestamps: false,
  schema: item({
    species: string().key(),
    name: string().key(),
    keeper: string().optional(),
    weight: number(),
    tame: boolean().default(false),
    tags: set(string()).optional(),
    meals: list(map({ what: string(), grams: number() })).default([]),
    notes: record(string(), any()).optional(),
    picture: binary().optional(),
  }),
  computeKey: ({ species, name }) => ({ pk: `SPECIES#${species}`, sk: `ANIMAL#${name}` }),
});

const cage = new Entity({
  name: "cage",
  table: zoo,
  timestamps: false,
  schema: item({ species: string().key(), number: number().key(), area: number() }),
  computeKey: ({ species, number }) => ({ pk: `SPECIES#${species}`, sk: `CAGE#${number}` }),
});

await client.send(
  new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
      { AttributeName: "keeper", AttributeType: "S" },
      { AttributeName: "weight", AttributeType: "N" },
    ],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-keeper",
        KeySchema: [
          { AttributeName: "keeper", KeyType: "HASH" },
          { AttributeName: "weight", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  }),
);
await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 30 }, { TableName: name });

const leo = {
  species: "lion",
  name: "Leo",
  keeper: "Ada",
  weight: 190.5,
  tame: false,
  tags: new Set(["loud", "old"]),
  meals: [{ what: "beef", grams: 5000 }],
  notes: { teeth: [28, null], born: { year: 2014 } },
  picture: new Uint8Array([137, 80, 78, 71]),
};
await animal
  .build(PutItemCommand)
  .item(leo)
  .options({ condition: { attr: "species", exists: false } })
  .send();
const key = { species: "lion", name: "Leo" };
const { Item } = await animal.build(GetItemCommand).key(key).options({ consistent: true }).send();
assert.deepEqual(Item, leo);

await assert.rejects(
  animal
    .build(PutItemCommand)
    .item(leo)
    .options({ condition: { attr: "species", exists: false } })
    .send(),
  { name: "ConditionalCheckFailedException" },
);

const { Attributes } = await animal
  .build(UpdateItemCommand)
  .item({
    ...key,
    weight: $add(4.5),
    keeper: $remove(),
    tags: $add(new Set(["fed"])),
    meals: $append([{ what: "goat", grams: 750 }]),
    notes: { eyes: "brown" },
  })
  .options({ returnValues: "ALL_NEW", condition: { attr: "weight", lt: 191 } })
  .send();
assert.equal(Attributes.weight, 195);
assert.deepEqual(Attributes.notes, { ...leo.notes, eyes: "brown" });

const herd = Array.from({ length: 12 }, (_, index) => ({
  species: "zebra",
  name: `Z${String(index).padStart(2, "0")}`,
  keeper: index % 2 ? "Ada" : "Max",
  weight: 300 + index,
  tame: true,
  meals: [],
}));
const cages = [
  { species: "zebra", number: 1, area: 500 },
  { species: "lion", number: 2, area: 250 },
];
await executeBatchWrite(
  zoo.build(BatchWriteCommand).requests(
    ...herd.map((one) => animal.build(BatchPutRequest).item(one)),
    ...cages.map((one) => cage.build(BatchPutRequest).item(one)),
  ),
);

const { Responses } = await executeBatchGet(
  zoo
    .build(BatchGetCommand)
    .requests(
      animal.build(BatchGetRequest).key({ species: "zebra", name: "Z03" }),
      cage.build(BatchGetRequest).key({ species: "lion", number: 2 }),
    ),
);
assert.deepEqual(Responses[0], [herd[3], cages[1]]);

// Entities of one partition, told apart by the attribute that Toolbox adds.
const { Items: zebras } = await zoo
  .build(QueryCommand)
  .query({ partition: "SPECIES#zebra", range: { beginsWith: "ANIMAL#" } })
  .entities(animal)
  .options({ maxPages: Infinity, limit: 5, filters: { animal: { attr: "weight", gte: 303 } } })
  .send();
assert.deepEqual(zebras, herd.slice(3));
const { Items: ofAda, Count } = await zoo
  .build(QueryCommand)
  .query({ index: "by-keeper", partition: "Ada", range: { between: [303, 309] } })
  .entities(animal)
  .options({ reverse: true })
  .send();
assert.equal(Count, 4);
assert.deepEqual(ofAda, [herd[9], herd[7], herd[5], herd[3]]);
const { Items: cagesFound } = await zoo
  .build(ScanCommand)
  .entities(cage)
  .options({ maxPages: Infinity, limit: 4 })
  .send();
assert.deepEqual(cagesFound.toSorted((a, b) => a.number - b.number), cages);

const moving = (area) => [
  cage
    .build(ConditionCheck)
    .key({ species: "zebra", number: 1 })
    .condition({ attr: "area", gte: area }),
  animal.build(PutTransaction).item({ ...herd[0], keeper: "Eve" }),
  animal
    .build(UpdateTransaction)
    .item({ species: "zebra", name: "Z01", weight: $subtract($get("weight"), 1) }),
  animal.build(DeleteTransaction).key({ species: "zebra", name: "Z11" }),
];
await executeTransactWrite(...moving(500));
await assert.rejects(executeTransactWrite(...moving(501)), (error) => {
  assert.equal(error.name, "TransactionCanceledException");
  assert.equal(error.CancellationReasons[0].Code, "ConditionalCheckFailed");
  return true;
});
const got = await executeTransactGet(
  animal.build(GetTransaction).key({ species: "zebra", name: "Z01" }),
  animal.build(GetTransaction).key({ species: "zebra", name: "Z11" }),
);
assert.deepEqual(got.Responses, [{ Item: { ...herd[1], weight: 300 } }, { Item: undefined }]);
const gone = await animal
  .build(DeleteItemCommand)
  .key({ species: "zebra", name: "Z10" })
  .options({ returnValues: "ALL_OLD" })
  .send();
assert.deepEqual(gone.Attributes, herd[10]);
done();
