/**
 * Deletes tables after a typed word, on request with a backup of each before it.
 *
 * A table is deleted only once its backup is AVAILABLE. If something fails in the middle, what was
 * done stays done, the modal says what failed, and confirming again goes on with the rest.
 */

import {
  type BackupDetails,
  type BackupStatus,
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useRef, useState } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { failureOf } from "../api/errors";
import { POLL_FAST_MILLISECONDS } from "../api/query";
import { useRefreshTable } from "../api/tables";
import { useNotify } from "../app/notifications";
import { useRegion } from "../app/region";
import { formatCounted } from "../format/units";
import { DeleteModal } from "../widgets/delete-modal";

export function DeleteTableModal({
  tableNames,
  onDismiss,
  onDeleted,
}: {
  tableNames: string[];
  onDismiss: () => void;
  onDeleted: () => void;
}) {
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  const [backUpFirst, setBackUpFirst] = useState(true);
  /** What is done already, if a first attempt failed half-way. */
  const done = useRef({ backups: new Map<string, BackupDetails>(), deleted: new Set<string>() });
  const what = tableNames.length === 1 ? `table ${tableNames[0]}` : `${tableNames.length} tables`;

  const deleteAll = async () => {
    for (const tableName of tableNames) {
      if (done.current.deleted.has(tableName)) {
        continue;
      }
      if (backUpFirst) {
        // Remembered before it is there: confirming again waits for the same one.
        const backup = done.current.backups.get(tableName) ?? (await begin(dynamodb, tableName));
        done.current.backups.set(tableName, backup);
        const status = await endOf(dynamodb, backup);
        if (status !== "AVAILABLE") {
          done.current.backups.delete(tableName);
          throw new Error(
            `The backup ${backup.BackupName} is ${status}; the table was not deleted.`,
          );
        }
      }
      await dynamodb.send(new DeleteTableCommand({ TableName: tableName }));
      done.current.deleted.add(tableName);
      await refresh(tableName);
    }
    notify({
      type: "success",
      header: `Deleted ${what}`,
      content: madeText(
        [...done.current.backups.values()].map(({ BackupName = "" }) => BackupName),
      ),
    });
    onDismiss();
    onDeleted();
  };

  return (
    <DeleteModal
      title={`Delete ${what}`}
      warning={
        tableNames.length === 1
          ? `All items of the table and its indexes in ${region} will be gone.`
          : `All items of these tables and their indexes in ${region} will be gone: ${tableNames.join(", ")}.`
      }
      onConfirm={deleteAll}
      onDismiss={onDismiss}
    >
      <Checkbox
        checked={backUpFirst}
        onChange={({ detail }) => setBackUpFirst(detail.checked)}
        description="The table can be restored from the backup, under any name."
      >
        Create a backup before deleting
      </Checkbox>
    </DeleteModal>
  );
}

function madeText(backupNames: string[]): string | undefined {
  switch (backupNames.length) {
    case 0:
      return undefined;
    case 1:
      return `The backup ${backupNames[0]} was made before.`;
    default:
      return `${formatCounted(backupNames.length, "backup")} were made before.`;
  }
}

/** At most 255 characters, told apart by the second. */
export function backupNameFor(tableName: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  return `${tableName.slice(0, 255 - stamp.length - 1)}-${stamp}`;
}

async function begin(dynamodb: DynamoDBClient, TableName: string): Promise<BackupDetails> {
  const BackupName = backupNameFor(TableName, new Date());
  const { BackupDetails } = await dynamodb.send(new CreateBackupCommand({ TableName, BackupName }));
  if (BackupDetails === undefined) {
    throw new Error(`The server does not tell what became of the backup ${BackupName}.`);
  }
  return BackupDetails;
}

/** How the backup ended, once it has. */
async function endOf(
  dynamodb: DynamoDBClient,
  { BackupArn, BackupStatus }: BackupDetails,
): Promise<BackupStatus | undefined> {
  let status = BackupStatus;
  while (status === "CREATING") {
    await new Promise((wake) => setTimeout(wake, POLL_FAST_MILLISECONDS));
    try {
      const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn }));
      status = BackupDescription?.BackupDetails?.BackupStatus;
    } catch (error) {
      if (failureOf(error).code !== "BackupNotFoundException") {
        throw error;
      }
      status = "DELETED";
    }
  }
  return status;
}
