// The SDK itself, with its document client: items of every type, batches, transactions, conditions,
// PartiQL, a stream, a backup, and restores of both kinds.

import assert from "node:assert/strict";
import {
  ConditionalCheckFailedException,
  CreateBackupCommand,
  CreateTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ListBackupsCommand,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TransactionCanceledException,
  UpdateContinuousBackupsCommand,
  paginateListTables,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  PutCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
  paginateQuery,
  paginateScan,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { configuration, done, prefix } from "./task.mjs";

const client = new DynamoDBClient(configuration);
const documents = DynamoDBDocumentClient.from(client);
const streams = new DynamoDBStreamsClient(configuration);
const table = `${prefix}-orders`;

const everyType = {
  customer: "every type",
  number: 0,
  text: "žluťoučký kůň ☃ 🎵 \u0000",
  empty: "",
  integer: -9007199254740991,
  fraction: 1.5e-10,
  exact: NumberValue.from("12345678901234567890123456789012345678"),
  large: 123456789012345678901234567890n,
  bytes: new Uint8Array([0, 1, 127, 128, 255]),
  yes: true,
  no: false,
  nothing: null,
  list: [1, "two", [null, { three: 3 }]],
  map: { deep: { deeper: { deepest: [] } }, none: {} },
  texts: new Set(["a", "b"]),
  numbers: new Set([1, 2.5]),
  binaries: new Set([new Uint8Array([1]), new Uint8Array([2, 3])]),
};

function order(number) {
  const status = number % 2 ? "open" : "shipped";
  return { customer: `c${number % 3}`, number, status, amount: number * 1.25 };
}

const orders = Array.from({ length: 60 }, (_, index) => order(index + 1));

async function create() {
  const created = await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "customer", AttributeType: "S" },
        { AttributeName: "number", AttributeType: "N" },
        { AttributeName: "status", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "customer", KeyType: "HASH" },
        { AttributeName: "number", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-status",
          KeySchema: [
            { AttributeName: "status", KeyType: "HASH" },
            { AttributeName: "number", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  assert(created.TableDescription.CreationDateTime instanceof Date);
  await active(table);
  const names = [];
  for await (const page of paginateListTables({ client, pageSize: 1 }, {})) {
    names.push(...page.TableNames);
  }
  assert(names.includes(table));
}

function active(name) {
  const wait = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };
  return waitUntilTableExists(wait, { TableName: name });
}

async function everyTypeComesBack() {
  await documents.send(new PutCommand({ TableName: table, Item: everyType }));
  const Key = { customer: everyType.customer, number: 0 };
  // A document client changes how the client it is made from reads: this one gets its own.
  const exactly = DynamoDBDocumentClient.from(new DynamoDBClient(configuration), {
    unmarshallOptions: { wrapNumbers: NumberValue.from },
  });
  const { Item } = await exactly.send(new GetCommand({ TableName: table, Key }));
  assert.equal(Item.exact.toString(), "12345678901234567890123456789012345678");
  assert.equal(Item.large.toString(), "123456789012345678901234567890");
  const shown = { ProjectionExpression: "#l[2][1].three, bytes, texts, nothing, fraction" };
  const { Item: some } = await documents.send(
    new GetCommand({
      TableName: table,
      Key,
      ...shown,
      ExpressionAttributeNames: { "#l": "list" },
    }),
  );
  assert.deepEqual(some, {
    list: [[{ three: 3 }]],
    bytes: everyType.bytes,
    texts: everyType.texts,
    nothing: null,
    fraction: 1.5e-10,
  });
}

async function batches() {
  for (let start = 0; start < orders.length; start += 25) {
    const requests = orders.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    const { UnprocessedItems } = await documents.send(
      new BatchWriteCommand({ RequestItems: { [table]: requests } }),
    );
    assert.deepEqual(UnprocessedItems, {});
  }
  const Keys = orders.map(({ customer, number }) => ({ customer, number }));
  const { Responses, UnprocessedKeys } = await documents.send(
    new BatchGetCommand({ RequestItems: { [table]: { Keys } } }),
  );
  assert.deepEqual(UnprocessedKeys, {});
  assert.deepEqual(byNumber(Responses[table]), orders);
}

async function pages() {
  const queried = [];
  const query = {
    TableName: table,
    KeyConditionExpression: "customer = :c AND #n > :n",
    ExpressionAttributeNames: { "#n": "number" },
    ExpressionAttributeValues: { ":c": "c1", ":n": 10 },
    ScanIndexForward: false,
  };
  for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) {
    queried.push(...page.Items);
  }
  const expected = orders.filter((one) => one.customer === "c1" && one.number > 10);
  assert.deepEqual(queried, expected.reverse());

  const shipped = [];
  const index = {
    TableName: table,
    IndexName: "by-status",
    KeyConditionExpression: "#s = :s",
    FilterExpression: "amount >= :t",
    ExpressionAttributeNames: { "#s": "status" },
    ExpressionAttributeValues: { ":s": "shipped", ":t": 20 },
  };
  for await (const page of paginateQuery({ client: documents, pageSize: 7 }, index)) {
    shipped.push(...page.Items);
  }
  const isShipped = (one) => one.status === "shipped" && one.amount >= 20;
  assert.deepEqual(shipped, orders.filter(isShipped));

  const scanned = [];
  for (const Segment of [0, 1, 2]) {
    const scan = { TableName: table, Segment, TotalSegments: 3 };
    for await (const page of paginateScan({ client: documents, pageSize: 11 }, scan)) {
      scanned.push(...page.Items.filter((one) => one.number > 0));
    }
  }
  assert.deepEqual(byNumber(scanned), orders);
}

function byNumber(items) {
  return items.toSorted((a, b) => a.number - b.number);
}

async function conditions() {
  const Key = { customer: "c1", number: 1 };
  const update = {
    TableName: table,
    Key,
    UpdateExpression: "SET #s = :new ADD amount :more",
    ConditionExpression: "#s = :old",
    ExpressionAttributeNames: { "#s": "status" },
    ExpressionAttributeValues: { ":new": "shipped", ":old": "open", ":more": 1 },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    ReturnConsumedCapacity: "INDEXES",
  };
  const { Attributes, ConsumedCapacity } = await documents.send(new UpdateCommand(update));
  assert.deepEqual(Attributes, { ...order(1), status: "shipped", amount: 2.25 });
  assert(ConsumedCapacity.GlobalSecondaryIndexes["by-status"].CapacityUnits > 0);
  await assert.rejects(documents.send(new UpdateCommand(update)), (error) => {
    assert(error instanceof ConditionalCheckFailedException);
    assert.equal(error.message, "The conditional request failed");
    assert.deepEqual(unmarshall(error.Item), Attributes);
    return true;
  });
  await assert.rejects(
    documents.send(new GetCommand({ TableName: `${table}-absent`, Key })),
    ResourceNotFoundException,
  );
}

async function transactions() {
  const move = {
    ClientRequestToken: `${prefix.slice(-20)}-move`,
    TransactItems: [
      { Put: { TableName: table, Item: order(61) } },
      {
        Update: {
          TableName: table,
          Key: { customer: "c2", number: 2 },
          UpdateExpression: "SET amount = amount - :n",
          ExpressionAttributeValues: { ":n": 0.5 },
        },
      },
      { Delete: { TableName: table, Key: { customer: "c0", number: 3 } } },
    ],
  };
  await documents.send(new TransactWriteCommand(move));
  await documents.send(new TransactWriteCommand(move));
  const { Responses } = await documents.send(
    new TransactGetCommand({
      TransactItems: [
        { Get: { TableName: table, Key: { customer: "c2", number: 2 } } },
        { Get: { TableName: table, Key: { customer: "c0", number: 3 } } },
      ],
    }),
  );
  assert.deepEqual(Responses.map(({ Item }) => Item), [{ ...order(2), amount: 2 }, undefined]);
  const refused = [
    { Put: { TableName: table, Item: order(62) } },
    {
      ConditionCheck: {
        TableName: table,
        Key: { customer: "c1", number: 4 },
        ConditionExpression: "attribute_not_exists(customer)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    },
  ];
  const transaction = new TransactWriteCommand({ TransactItems: refused });
  await assert.rejects(documents.send(transaction), (error) => {
    assert(error instanceof TransactionCanceledException);
    const [first, second] = error.CancellationReasons;
    assert.equal(first.Code, "None");
    assert.equal(second.Code, "ConditionalCheckFailed");
    assert.deepEqual(unmarshall(second.Item), order(4));
    return true;
  });
}

async function statements() {
  const statement = (Statement, ...Parameters) =>
    client.send(new ExecuteStatementCommand({ Statement, Parameters }));
  const insert = `INSERT INTO "${table}" VALUE {'customer': ?, 'number': 63, 'status': 'new'}`;
  await statement(insert, { S: "c0" });
  const select = `SELECT amount FROM "${table}" WHERE customer = ? AND number = ?`;
  const { Items } = await statement(select, { S: "c2" }, { N: "5" });
  assert.deepEqual(Items.map((item) => unmarshall(item)), [{ amount: 6.25 }]);
  await documents.send(
    new DeleteCommand({ TableName: table, Key: { customer: "c0", number: 63 } }),
  );
}

// Everything the stream tells, applied to nothing, is the table.
async function streamRebuildsTheTable() {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const [{ ShardId }] = StreamDescription.Shards;
  const begin = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
  let { ShardIterator } = await streams.send(new GetShardIteratorCommand(begin));
  const rebuilt = new Map();
  const kinds = {};
  for (;;) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 20 }));
    for (const { eventName, dynamodb } of page.Records) {
      assert(dynamodb.ApproximateCreationDateTime instanceof Date);
      kinds[eventName] = (kinds[eventName] ?? 0) + 1;
      const key = JSON.stringify([dynamodb.Keys.customer.S, dynamodb.Keys.number.N]);
      assert.deepEqual(dynamodb.OldImage, rebuilt.get(key));
      if (eventName === "REMOVE") {
        rebuilt.delete(key);
      } else {
        rebuilt.set(key, dynamodb.NewImage);
      }
    }
    ShardIterator = page.NextShardIterator;
    if (page.Records.length === 0) break;
  }
  assert.deepEqual(kinds, { INSERT: 63, MODIFY: 2, REMOVE: 2 });
  const found = [];
  for await (const page of paginateScan({ client: documents }, { TableName: table })) {
    found.push(...page.Items);
  }
  const items = [...rebuilt.values()].map((item) => unmarshall(item));
  assert.deepEqual(byNumber(items), byNumber(found));
}

async function backup() {
  const name = { TableName: table, BackupName: "before-the-changes" };
  const { BackupDetails } = await client.send(new CreateBackupCommand(name));
  const BackupArn = BackupDetails.BackupArn;
  await until("the backup AVAILABLE", async () => {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    assert.equal(BackupDescription.SourceTableDetails.TableName, table);
    return BackupDescription.BackupDetails.BackupStatus === "AVAILABLE";
  });
  const list = await client.send(new ListBackupsCommand({ TableName: table }));
  assert.deepEqual(list.BackupSummaries.map((summary) => summary.BackupArn), [BackupArn]);
  return BackupArn;
}

// Puts one item again and again, and restores to the last millisecond in which it was `wanted`.
async function changesFromHereOn() {
  const { ContinuousBackupsDescription } = await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  assert.equal(
    ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus,
    "ENABLED",
  );
  let earliest;
  await until("the window open", async () => {
    const { ContinuousBackupsDescription: described } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: table }),
    );
    earliest = described.PointInTimeRecoveryDescription.EarliestRestorableDateTime;
    return earliest !== undefined && Date.now() > earliest.getTime();
  });
  assert(earliest instanceof Date);
  await documents.send(new PutCommand({ TableName: table, Item: order(64) }));
  // A millisecond of its own, and not a whole second, between the two writes.
  await until("a later millisecond", async () => Date.now() % 1000 > 0);
  const instant = new Date(Date.now() + 1);
  await until("the instant gone by", async () => Date.now() > instant.getTime() + 1);
  const changed = { ...order(64), status: "too late" };
  await documents.send(new PutCommand({ TableName: table, Item: changed }));
  return instant;
}

async function until(what, condition) {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    assert(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function restores(BackupArn, RestoreDateTime) {
  const fromBackup = `${prefix}-from-backup`;
  await client.send(
    new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: fromBackup }),
  );
  const toInstant = `${prefix}-to-instant`;
  const answer = await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: table,
      TargetTableName: toInstant,
      RestoreDateTime,
    }),
  );
  const shown = answer.TableDescription.RestoreSummary.RestoreDateTime;
  await Promise.all([active(fromBackup), active(toInstant)]);
  return { fromBackup, toInstant, shown };
}

await create();
await everyTypeComesBack();
await batches();
await pages();
await conditions();
await transactions();
await statements();
await streamRebuildsTheTable();
const backupArn = await backup();
const instant = await changesFromHereOn();
const restored = await restores(backupArn, instant);
done({ table, ...restored, instant, backupArn });
