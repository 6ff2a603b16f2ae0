/** Follows a backup that the server has accepted until it is there, and says how it ended. */

import {
  type BackupDetails,
  DescribeBackupCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { failureOf, isWorthRetrying } from "../api/errors";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import type { Notify } from "../app/notifications";

/** Never fails: what goes wrong becomes a message. */
export async function finishBackup(
  dynamodb: DynamoDBClient,
  details: BackupDetails | undefined,
  notify: Notify,
  changed: () => Promise<void>,
): Promise<void> {
  const { BackupArn, BackupName } = details ?? {};
  const id = `backup-${BackupArn}`;
  notify({ id, type: "in-progress", header: `Creating backup ${BackupName}` });
  let status = details?.BackupStatus;
  while (status === "CREATING") {
    try {
      const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn }));
      status = BackupDescription?.BackupDetails?.BackupStatus;
    } catch (error) {
      // A server that is being restarted goes on with the backup.
      if (!isWorthRetrying(error)) {
        notify.failure(`The backup ${BackupName} was not created`, error, id);
        return;
      }
      notify({
        id,
        type: "in-progress",
        header: `Creating backup ${BackupName}`,
        content: failureOf(error).message,
      });
    }
    if (status === "CREATING") {
      await new Promise((wake) => setTimeout(wake, POLL_FAST_MILLISECONDS));
    }
  }
  notify({ id, type: "success", header: `Created backup ${BackupName}` });
  await changed();
}
