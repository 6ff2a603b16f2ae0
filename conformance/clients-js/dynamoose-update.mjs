// Dynamoose again: a table that follows its model, from one version of a program to the next. Index,
// throughput, billing mode, stream and tags are changed while items are there.

import assert from "node:assert/strict";
import dynamoose from "dynamoose";
import { configuration, done, prefix } from "./task.mjs";

dynamoose.aws.ddb.set(new dynamoose.aws.ddb.DynamoDB(configuration));

async function version(attributes, options) {
  const id = { type: String, hashKey: true };
  const schema = new dynamoose.Schema({ id, ...attributes }, { timestamps: false });
  const Shape = dynamoose.model(`${prefix}-shapes`, schema);
  const table = new dynamoose.Table(`${prefix}-shapes`, [Shape], {
    create: true,
    update: true,
    initialize: false,
    waitForActive: { enabled: true, check: { timeout: 30_000, frequency: 20 } },
    ...options,
  });
  await table.initialize();
  return Shape;
}

async function idsOfRound(Shape) {
  const found = await Shape.query("form").eq("round").using("by-form").exec();
  return found.map(({ id }) => id).toSorted();
}

const indexed = (name) => ({ type: String, index: { name, type: "global" } });
const shapes = Array.from({ length: 20 }, (_, index) => ({
  id: `shape ${index}`,
  color: index % 3 ? "red" : "blue",
  form: index % 5 ? "square" : "round",
}));

let Shape = await version(
  { color: indexed("by-color"), form: String },
  { throughput: { read: 5, write: 5 }, tags: { kept: "1", dropped: "2" } },
);
await Shape.batchPut(shapes);
Shape = await version(
  { color: String, form: indexed("by-form") },
  {
    throughput: { read: 7, write: 6 },
    tags: { kept: "1", added: "3" },
    streamOptions: { enabled: true, type: "NEW_IMAGE" },
  },
);
const round = ["shape 0", "shape 10", "shape 15", "shape 5"];
assert.deepEqual(await idsOfRound(Shape), round);
Shape = await version(
  { color: String, form: indexed("by-form") },
  { throughput: "ON_DEMAND", streamOptions: { enabled: false }, tags: { kept: "1", added: "3" } },
);
assert.deepEqual(await idsOfRound(Shape), round);
done();
