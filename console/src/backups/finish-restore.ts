/**
 * Follows a restore that the server has accepted until the table is ACTIVE, in a message that stays
 * across pages, and says why if it failed: then the table is gone, but the server still knows the
 * reason. How far it is stands in the list of tables; here it would be read out every second.
 */

import { DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { admin } from "../api/admin";
import { isNotFound, isWorthRetrying } from "../api/errors";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import { restoreOf } from "../api/restores";
import type { Notify } from "../app/notifications";
import { failureReason } from "../format/restores";

/** Never fails: what goes wrong becomes a message. */
export async function finishRestore(
  dynamodb: DynamoDBClient,
  { region, tableName }: { region: string; tableName: string },
  notify: Notify,
  changed: (tableName: string) => Promise<void>,
): Promise<void> {
  const id = `restore-${region}-${tableName}`;
  let answering = true;
  const running = (content?: string) =>
    notify({ id, type: "in-progress", header: `Restoring table ${tableName}`, content });
  running();
  for (;;) {
    try {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
      if (Table?.TableStatus !== "CREATING") {
        notify({ id, type: "success", header: `Restored table ${tableName}` });
        break;
      }
      if (!answering) {
        answering = true;
        running();
      }
    } catch (error) {
      if (isNotFound(error)) {
        const header = `The table ${tableName} was not restored`;
        notify({ id, type: "error", header, content: await reasonOf(region, tableName) });
        break;
      }
      if (!isWorthRetrying(error)) {
        notify.failure(`The table ${tableName} cannot be described`, error, id);
        break;
      }
      if (answering) {
        answering = false;
        running("The server does not answer. The restore goes on when it does.");
      }
    }
    await new Promise((wake) => setTimeout(wake, POLL_FAST_MILLISECONDS));
  }
  await changed(tableName);
}

async function reasonOf(region: string, tableName: string): Promise<string> {
  const reply = await admin.restores(region).catch(() => undefined);
  const restore = restoreOf(reply?.restores, tableName);
  // It is told as failed a little later: when its table is gone, and its backup free again.
  return restore?.reason !== undefined
    ? failureReason(restore)
    : "The table is gone, and the server does not know why: it was deleted, or the restore failed before the server was last started.";
}
