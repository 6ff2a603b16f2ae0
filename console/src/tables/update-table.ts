/** Makes changes of a table one after the other, each once the one before has taken effect. */

import {
  type DynamoDBClient,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

const WAIT_SECONDS_MAX = 600;

/**
 * Fails as the server fails the first change that it refuses; those before it stay made, as `made`
 * was told of each.
 */
export async function updateTable(
  dynamodb: DynamoDBClient,
  changes: readonly UpdateTableCommandInput[],
  made: (change: UpdateTableCommandInput) => void = () => {},
): Promise<void> {
  for (const [position, change] of changes.entries()) {
    if (position > 0) {
      // "Exists" means ACTIVE to the waiter: a table that is UPDATING refuses most changes.
      await waitUntilTableExists(
        { client: dynamodb, maxWaitTime: WAIT_SECONDS_MAX, minDelay: 1, maxDelay: 2 },
        { TableName: change.TableName },
      );
    }
    await dynamodb.send(new UpdateTableCommand(change));
    made(change);
  }
}
