/** Changes the billing mode and the capacity of a table and of its global indexes. */

import type { UpdateTableCommandInput } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useRefreshTable } from "../../api/tables";
import { useNotify } from "../../app/notifications";
import { indexMessages, refusedIndex, tableCapacityMessages } from "../../forms/refusals";
import { capacityChanges, capacityOfTable, withoutMade } from "../../forms/table-changes";
import { type CapacityForm, capacityProblems } from "../../forms/throughput";
import { EditModal } from "../../widgets/edit-modal";
import { CapacityFields, ThroughputFields } from "../../widgets/throughput-fields";
import { updateTable } from "../update-table";
import type { EditorProps } from "./use-save";

export function EditCapacity({ table, tableName, onDismiss }: EditorProps) {
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  const [form, setForm] = useState(() => capacityOfTable(table));
  const { billingMode } = form.table;
  const changes = capacityChanges(table, form);
  const [isHalfMade, setHalfMade] = useState(false);
  const invalid = [form.table, ...form.indexes.values()].some(
    (one) => Object.keys(capacityProblems(billingMode, one)).length > 0,
  );
  const changeIndex = (name: string, part: Partial<CapacityForm>) =>
    setForm(({ table: own, indexes }) => {
      const before = indexes.get(name);
      return before === undefined
        ? { table: own, indexes }
        : { table: own, indexes: new Map(indexes).set(name, { ...before, ...part }) };
    });

  return (
    <EditModal
      title={`Read and write capacity of ${tableName}`}
      size="large"
      disabled={invalid || changes.length === 0}
      form={form}
      onDismiss={onDismiss}
      onSave={async () => {
        const made: UpdateTableCommandInput[] = [];
        try {
          await updateTable(dynamodb, changes, (change) => made.push(change));
        } catch (error) {
          setHalfMade(isHalfMade || made.length > 0);
          setForm((before) => made.reduce(withoutMade, before));
          throw error;
        } finally {
          await refresh(tableName);
        }
        notify({ type: "success", header: `Changed the capacity of ${tableName}` });
        onDismiss();
      }}
    >
      {(error) => (
        <SpaceBetween size="m">
          <ThroughputFields
            form={form.table}
            problems={{
              ...tableCapacityMessages(error, { global: [...form.indexes.keys()] }),
              ...capacityProblems(billingMode, form.table),
            }}
            onChange={(part) =>
              setForm((before) => ({ ...before, table: { ...before.table, ...part } }))
            }
          />
          {[...form.indexes].map(([name, index]) => (
            <SpaceBetween key={name} size="s">
              <Header variant="h3">Index {name}</Header>
              <CapacityFields
                billingMode={billingMode}
                form={index}
                problems={{
                  ...(refusedIndex(error, { global: [name] }) === name
                    ? indexMessages(error).capacity
                    : {}),
                  ...capacityProblems(billingMode, index),
                }}
                onChange={(part) => changeIndex(name, part)}
              />
            </SpaceBetween>
          ))}
          {isHalfMade && (
            <Alert type="info">
              A part of it has been changed already. Saving again changes the rest.
            </Alert>
          )}
        </SpaceBetween>
      )}
    </EditModal>
  );
}
