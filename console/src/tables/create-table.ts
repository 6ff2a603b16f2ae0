/**
 * Creates a table as a form wants it. The page is left as soon as the server has accepted it; what
 * remains to be done once the table is ACTIVE goes on, and says how it ended.
 */

import {
  CreateTableCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { Notify } from "../app/notifications";
import {
  createTableInput,
  recoveryInput,
  type TableForm,
  timeToLiveInput,
} from "../forms/table-definition";

const WAIT_SECONDS_MAX = 600;

/** Fails as the server fails it. */
export async function createTable(dynamodb: DynamoDBClient, form: TableForm): Promise<void> {
  await dynamodb.send(new CreateTableCommand(createTableInput(form)));
}

/** Never fails: what goes wrong becomes a message. */
export async function finishTable(
  dynamodb: DynamoDBClient,
  form: TableForm,
  notify: Notify,
  changed: (tableName: string) => Promise<void>,
): Promise<void> {
  const { name } = form;
  const id = `create-table-${name}`;
  notify({ id, type: "in-progress", header: `Creating table ${name}` });
  try {
    await waitUntilTableExists(
      { client: dynamodb, maxWaitTime: WAIT_SECONDS_MAX, minDelay: 1, maxDelay: 2 },
      { TableName: name },
    );
  } catch (error) {
    notify.failure(`The table ${name} did not become active`, error, id);
    return;
  }
  notify({ id, type: "success", header: `Created table ${name}` });
  const timeToLive = timeToLiveInput(form);
  if (timeToLive !== undefined) {
    await dynamodb
      .send(new UpdateTimeToLiveCommand(timeToLive))
      .catch((error) =>
        notify.failure(`Time to live was not turned on for the table ${name}`, error),
      );
  }
  const recovery = recoveryInput(form);
  if (recovery !== undefined) {
    await dynamodb
      .send(new UpdateContinuousBackupsCommand(recovery))
      .catch((error) =>
        notify.failure(`Point-in-time recovery was not turned on for the table ${name}`, error),
      );
  }
  await changed(name);
}
