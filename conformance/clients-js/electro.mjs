// ElectroDB: two entities of one table and one index, joined in a service; collections, pages,
// conditions, batches and transactions.

import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { Entity, Service } from "electrodb";
import { configuration, done, prefix } from "./task.mjs";

const client = new DynamoDBClient(configuration);
const table = `${prefix}-store`;

const employee = new Entity(
  {
    model: { entity: "employee", version: "1", service: "store" },
    attributes: {
      employee: { type: "string", required: true },
      office: { type: "string", required: true },
      title: { type: ["clerk", "boss"], required: true },
      salary: { type: "number", default: 1000 },
      skills: { type: "set", items: "string" },
      address: { type: "map", properties: { street: { type: "string" }, zip: { type: "number" } } },
      reviews: { type: "list", items: { type: "number" } },
    },
    indexes: {
      primary: {
        pk: { field: "pk", composite: ["employee"] },
        sk: { field: "sk", composite: [] },
      },
      coworkers: {
        collection: "workplace",
        index: "gsi1",
        pk: { field: "gsi1pk", composite: ["office"] },
        sk: { field: "gsi1sk", composite: ["title", "employee"] },
      },
    },
  },
  { client, table },
);

const task = new Entity(
  {
    model: { entity: "task", version: "1", service: "store" },
    attributes: {
      task: { type: "string", required: true },
      employee: { type: "string", required: true },
      office: { type: "string", required: true },
      points: { type: "number", required: true },
      done: { type: "boolean", default: false },
    },
    indexes: {
      primary: {
        pk: { field: "pk", composite: ["task"] },
        sk: { field: "sk", composite: ["employee"] },
      },
      office: {
        collection: "workplace",
        index: "gsi1",
        pk: { field: "gsi1pk", composite: ["office"] },
        sk: { field: "gsi1sk", composite: ["points"] },
      },
    },
  },
  { client, table },
);

const store = new Service({ employee, task });

const keys = ["pk", "sk", "gsi1pk", "gsi1sk"];
const schema = (hash, range) => [
  { AttributeName: hash, KeyType: "HASH" },
  { AttributeName: range, KeyType: "RANGE" },
];
await client.send(
  new CreateTableCommand({
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: "S" })),
    KeySchema: schema("pk", "sk"),
    GlobalSecondaryIndexes: [
      {
        IndexName: "gsi1",
        KeySchema: schema("gsi1pk", "gsi1sk"),
        Projection: { ProjectionType: "ALL" },
      },
    ],
  }),
);
await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 30 }, { TableName: table });

const ann = {
  employee: "ann",
  office: "brno",
  title: "boss",
  salary: 2500,
  skills: ["go", "rust"],
  address: { street: "Na Příkopě", zip: 60200 },
  reviews: [5, 4.5],
};
const created = await employee.create(ann).go();
assert.deepEqual(created.data, ann);
await assert.rejects(employee.create(ann).go(), /The conditional request failed/);
await employee.put({ employee: "bob", office: "brno", title: "clerk" }).go();
const read = await employee.get({ employee: "ann" }).go();
assert.deepEqual({ ...read.data, skills: read.data.skills.toSorted() }, ann);

const tasks = Array.from({ length: 30 }, (_, index) => ({
  task: `t${String(index).padStart(2, "0")}`,
  employee: index % 2 ? "ann" : "bob",
  office: index % 3 ? "brno" : "praha",
  points: index,
  done: false,
}));
const { unprocessed } = await task.put(tasks).go();
assert.deepEqual(unprocessed, []);
const wanted = tasks.map(({ task, employee }) => ({ task, employee }));
const batch = await task.get(wanted).go({ preserveBatchOrder: true });
assert.deepEqual(batch.data, tasks);

const { data } = await store.collections.workplace({ office: "brno" }).go({ pages: "all" });
assert.deepEqual(data.employee.map((one) => one.employee), ["ann", "bob"]);
const inBrno = tasks.filter((one) => one.office === "brno");
assert.deepEqual(data.task.toSorted((a, b) => a.points - b.points), inBrno);

// Page by page, with ElectroDB's own cursor.
let cursor = null;
const paged = [];
do {
  const page = await task.query.office({ office: "praha" }).go({ cursor, limit: 3 });
  paged.push(...page.data);
  cursor = page.cursor;
} while (cursor !== null);
const inPraha = tasks.filter((one) => one.office === "praha");
assert.deepEqual(paged.toSorted((a, b) => a.points - b.points), inPraha);

const few = await task.scan
  .where(({ points, employee }, { between, eq }) => `${between(points, 5, 9)} AND ${eq(employee, "ann")}`)
  .go({ pages: "all" });
assert.deepEqual(few.data.map((one) => one.points).toSorted(), [5, 7, 9]);

const patched = await employee
  .patch({ employee: "ann" })
  .set({ title: "clerk", "address.zip": 60201 })
  .add({ salary: 100, skills: ["sql"] })
  .append({ reviews: [3] })
  .where(({ salary }, { lt }) => lt(salary, 2600))
  .go({ response: "all_new" });
assert.equal(patched.data.salary, 2600);
assert.deepEqual(patched.data.skills.toSorted(), ["go", "rust", "sql"]);
await assert.rejects(
  employee.patch({ employee: "nobody" }).set({ salary: 1 }).go(),
  /The conditional request failed/,
);
await task.remove({ task: "t29", employee: "ann" }).go();

const finish = (points) =>
  store.transaction
    .write(({ employee, task }) => [
      task
        .patch({ task: "t00", employee: "bob" })
        .set({ done: true })
        .where((attributes, { lte }) => lte(attributes.points, points))
        .commit(),
      employee.update({ employee: "bob" }).set({ title: "clerk", office: "brno" }).add({ salary: 10 }).commit(),
      task.delete({ task: "t28", employee: "bob" }).commit(),
    ])
    .go();
assert.equal((await finish(0)).canceled, false);
const refused = await finish(-1);
assert.equal(refused.canceled, true);
assert.equal(refused.data[0].code, "ConditionalCheckFailed");
const both = await store.transaction
  .get(({ employee, task }) => [
    employee.get({ employee: "bob" }).commit(),
    task.get({ task: "t00", employee: "bob" }).commit(),
  ])
  .go();
assert.deepEqual(both.data.map(({ item }) => item.salary ?? item.done), [1010, true]);
done();
