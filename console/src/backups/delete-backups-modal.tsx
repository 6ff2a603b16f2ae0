/** Deletes backups after a typed word. What was deleted before one failed stays deleted. */

import { type BackupSummary, DeleteBackupCommand } from "@aws-sdk/client-dynamodb";
import { useRef } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { useNotify } from "../app/notifications";
import { DeleteModal } from "../widgets/delete-modal";
import { useForgetBackup } from "./queries";

export function DeleteBackupsModal({
  backups,
  onDismiss,
  onDeleted,
}: {
  backups: readonly BackupSummary[];
  onDismiss: () => void;
  onDeleted: () => void;
}) {
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const forget = useForgetBackup();
  const deleted = useRef(new Set<string>());
  const names = backups.map(({ BackupName, TableName }) => `${BackupName} (of ${TableName})`);
  const what =
    backups.length === 1 ? `backup ${backups[0]?.BackupName}` : `${backups.length} backups`;

  const deleteAll = async () => {
    for (const { BackupArn = "" } of backups) {
      if (deleted.current.has(BackupArn)) {
        continue;
      }
      await dynamodb.send(new DeleteBackupCommand({ BackupArn }));
      deleted.current.add(BackupArn);
      await forget(BackupArn);
    }
    notify({ type: "success", header: `Deleted ${what}` });
    onDismiss();
    onDeleted();
  };

  return (
    <DeleteModal
      title={`Delete ${what}`}
      warning={`No table can be restored from a deleted backup. This cannot be undone: ${names.join(
        ", ",
      )}.`}
      onConfirm={deleteAll}
      onDismiss={onDismiss}
    />
  );
}
