/** What the modals that change a setting of a table have in common. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { useRefreshTable } from "../../api/tables";
import { useNotify } from "../../app/notifications";

export interface EditorProps {
  table: TableDescription;
  tableName: string;
  onDismiss: () => void;
}

/** Makes a change, asks for the table again, says so, and closes the modal. */
export function useSave({ tableName, onDismiss }: EditorProps) {
  const notify = useNotify();
  const refresh = useRefreshTable();
  return async (change: () => Promise<unknown>, done: string) => {
    try {
      await change();
    } finally {
      await refresh(tableName);
    }
    notify({ type: "success", header: done });
    onDismiss();
  };
}
