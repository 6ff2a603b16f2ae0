/** The form that adds a global index to a table. */

import { type TableDescription, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useRefreshTable } from "../../api/tables";
import { useNotify } from "../../app/notifications";
import { hasIndexProblem, indexProblems, newGlobalIndex } from "../../forms/index-definition";
import { indexMessages } from "../../forms/refusals";
import { createIndexInput } from "../../forms/table-changes";
import { EditModal } from "../../widgets/edit-modal";
import { IndexEditor } from "../../widgets/index-editor";
import { billingModeOf } from "../describe";

export function CreateIndexModal({
  table,
  onDismiss,
}: {
  table: TableDescription;
  onDismiss: () => void;
}) {
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  const [index, setIndex] = useState(newGlobalIndex);
  const [tried, setTried] = useState(false);
  const tableName = table.TableName ?? "";
  const billingMode = billingModeOf(table);
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const problems = indexProblems(index, {
    otherNames: indexes.flatMap(({ IndexName }) => IndexName ?? []),
    types: new Map(
      (table.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [
        AttributeName ?? "",
        AttributeType ?? "S",
      ]),
    ),
    billingMode,
  });

  return (
    <EditModal
      title={`Create index of ${tableName}`}
      saveText="Create index"
      size="large"
      disabled={tried && hasIndexProblem(problems)}
      form={index}
      onDismiss={onDismiss}
      onSave={async () => {
        setTried(true);
        if (hasIndexProblem(problems)) {
          return;
        }
        await dynamodb.send(new UpdateTableCommand(createIndexInput(table, index)));
        await refresh(tableName);
        notify({
          type: "info",
          header: `Creating index ${index.name} of ${tableName}`,
          content: "It can be queried once it went through the items of the table.",
        });
        onDismiss();
      }}
    >
      {(error) => (
        <IndexEditor
          kind="global"
          index={index}
          onChange={setIndex}
          problems={tried && hasIndexProblem(problems) ? problems : indexMessages(error)}
          billingMode={billingMode}
        />
      )}
    </EditModal>
  );
}
