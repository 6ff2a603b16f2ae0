// Dynamoose: a model that creates its own table and index; documents of many types, hash and range
// queries, conditions, batches and transactions.

import assert from "node:assert/strict";
import dynamoose from "dynamoose";
import { configuration, done, prefix } from "./task.mjs";

dynamoose.aws.ddb.set(new dynamoose.aws.ddb.DynamoDB(configuration));

const measurement = new dynamoose.Schema(
  {
    sensor: { type: String, hashKey: true },
    time: { type: Number, rangeKey: true },
    site: { type: String, index: { name: "by-site", rangeKey: "time", type: "global" } },
    value: { type: Number, required: true },
    valid: { type: Boolean, default: true },
    labels: { type: Set, schema: [String] },
    raw: Buffer,
    place: { type: Object, schema: { floor: Number, room: String } },
    checked: Date,
    history: { type: Array, schema: [Number] },
  },
  { timestamps: false },
);
const Measurement = dynamoose.model(`${prefix}-measurements`, measurement, { create: false });
const table = new dynamoose.Table(`${prefix}-measurements`, [Measurement], {
  initialize: false,
  create: true,
  update: true,
  throughput: "ON_DEMAND",
  waitForActive: { enabled: true, check: { timeout: 30_000, frequency: 20 } },
  tags: { purpose: "measuring" },
});
await table.initialize();

const at = (minute) => Date.UTC(2026, 0, 1, 0, minute);
const first = {
  sensor: "s0",
  time: at(0),
  site: "north",
  value: -40.25,
  valid: true,
  labels: new Set(["cold", "new"]),
  raw: Buffer.from([0, 255, 16]),
  place: { floor: 3, room: "3.14" },
  checked: new Date(1767225600123),
  history: [1, 2.5],
};
await Measurement.create(first);
await assert.rejects(Measurement.create(first), { name: "ConditionalCheckFailedException" });
const read = await Measurement.get({ sensor: "s0", time: at(0) });
assert.equal(read.value, -40.25);
assert.deepEqual(read.checked, first.checked);
assert.deepEqual(Buffer.from(read.raw), first.raw);
assert.deepEqual([...read.labels].toSorted(), ["cold", "new"]);
assert.equal(await Measurement.get({ sensor: "s0", time: at(1) }), undefined);

const many = Array.from({ length: 24 }, (_, index) => ({
  sensor: `s${index % 2}`,
  time: at(index + 1),
  site: index % 3 ? "north" : "south",
  value: index / 4,
}));
const { unprocessedItems } = await Measurement.batchPut(many);
assert.deepEqual(unprocessedItems, []);
const batch = await Measurement.batchGet([
  { sensor: "s0", time: at(1) },
  { sensor: "s1", time: at(2) },
]);
assert.deepEqual(batch.map((one) => one.value).toSorted(), [0, 0.25]);

let found = await Measurement.query("sensor")
  .eq("s1")
  .where("time")
  .between(at(4), at(12))
  .sort("descending")
  .exec();
assert.deepEqual(found.map((one) => one.value), [2.75, 2.25, 1.75, 1.25, 0.75]);
found = await Measurement.query("site").eq("south").using("by-site").filter("value").ge(3).all().exec();
assert.deepEqual(found.map((one) => one.value), [3, 3.75, 4.5, 5.25]);
const { count } = await Measurement.query("site").eq("north").using("by-site").count().exec();
assert.equal(count, 17);
found = await Measurement.scan("value").lt(0).or().where("value").gt(5.5).all(0, 10).limit(7).exec();
assert.deepEqual(found.map((one) => one.value).toSorted((a, b) => a - b), [-40.25, 5.75]);
let pages = 0;
let last;
do {
  const scan = Measurement.scan().limit(10);
  const page = await (last ? scan.startAt(last) : scan).exec();
  last = page.lastKey;
  pages += page.count;
} while (last);
assert.equal(pages, 25);

const changed = await Measurement.update(
  { sensor: "s0", time: at(0) },
  { $SET: { valid: false }, $ADD: { value: 0.25, history: 7 }, $REMOVE: ["place"] },
  { condition: new dynamoose.Condition("value").lt(0) },
);
assert.equal(changed.value, -40);
assert.deepEqual([...changed.history], [1, 2.5, 7]);
await Measurement.delete(
  { sensor: "s1", time: at(24) },
  { condition: new dynamoose.Condition().filter("value").eq(5.75) },
);
const move = (value) =>
  dynamoose.transaction([
    Measurement.transaction.create({ sensor: "s2", time: at(0), site: "east", value: 1 }),
    Measurement.transaction.update({ sensor: "s0", time: at(1) }, { $SET: { valid: false } }),
    Measurement.transaction.condition(
      { sensor: "s1", time: at(2) },
      new dynamoose.Condition("value").eq(value),
    ),
  ]);
await assert.rejects(move(-1), { name: "TransactionCanceledException" });
await move(0.25);
await Measurement.batchDelete([{ sensor: "s0", time: at(23) }]);
done();
