/** Deletes one item after a question, several after a typed word. */

import { BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import { useDynamoDB } from "../api/dynamodb";
import { formatCount } from "../format/units";
import { type Item, preview } from "../values/attribute-value";
import { DeleteModal } from "../widgets/delete-modal";
import { EditModal } from "../widgets/edit-modal";
import { BATCH_MAX, deleteInput } from "./item-changes";
import type { Position } from "./item-pages";

export function DeleteItemsModal({
  tableName,
  keys,
  onDismiss,
  onChanged,
  onDeleted,
}: {
  tableName: string;
  keys: Position[];
  onDismiss: () => void;
  /** Also when it failed: some may be gone by then. */
  onChanged: () => void;
  onDeleted: () => void;
}) {
  const dynamodb = useDynamoDB();
  const removeAll = async () => {
    for (let at = 0; at < keys.length; at += BATCH_MAX) {
      let input = deleteInput(tableName, keys.slice(at, at + BATCH_MAX));
      let before = Number.POSITIVE_INFINITY;
      while (requestsIn(input.RequestItems) > 0) {
        if (requestsIn(input.RequestItems) >= before) {
          throw new Error(
            "The server left items over because of too many requests. Those deleted so far are gone; try again.",
          );
        }
        before = requestsIn(input.RequestItems);
        const reply = await dynamodb.send(new BatchWriteItemCommand(input));
        input = { RequestItems: reply.UnprocessedItems ?? {} };
      }
    }
  };
  const remove = async () => {
    try {
      await removeAll();
    } finally {
      onChanged();
    }
    onDeleted();
  };

  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    return (
      <EditModal title="Delete this item?" saveText="Delete" onSave={remove} onDismiss={onDismiss}>
        <Box>
          The item with the key <span className="item-cell">{keyText(only)}</span> will be deleted
          from {tableName}.
        </Box>
      </EditModal>
    );
  }
  return (
    <DeleteModal
      title={`Delete ${formatCount(keys.length)} items?`}
      warning={`${formatCount(keys.length)} items will be deleted from ${tableName}. Only a backup or point-in-time recovery of the table can bring them back.`}
      onConfirm={remove}
      onDismiss={onDismiss}
    />
  );
}

export function keyText(key: Item): string {
  return Object.entries(key)
    .map(([name, value]) => `${name} = ${preview(value)}`)
    .join(", ");
}

function requestsIn(items: Record<string, WriteRequest[]> | undefined): number {
  return Object.values(items ?? {}).flat().length;
}
