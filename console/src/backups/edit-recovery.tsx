/** Turns point-in-time recovery of a table on or off, and sets how far back it reaches. */

import {
  type ContinuousBackupsDescription,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { messagesByMember } from "../api/errors";
import { useServer } from "../api/server";
import { useRefreshTable } from "../api/tables";
import { useNotify } from "../app/notifications";
import {
  periodProblem,
  recoveryChange,
  recoveryForm,
  recoveryLoss,
  recoveryPeriod,
} from "../forms/recovery";
import { EditModal } from "../widgets/edit-modal";

export function EditRecovery({
  tableName,
  backups,
  onDismiss,
}: {
  tableName: string;
  backups: ContinuousBackupsDescription | null | undefined;
  onDismiss: () => void;
}) {
  const dynamodb = useDynamoDB();
  const notify = useNotify();
  const refresh = useRefreshTable();
  const { data: server } = useServer();
  const { least, most } = recoveryPeriod(server);
  const [before] = useState(() => recoveryForm(backups, most));
  const [form, setForm] = useState(before);
  const problem = periodProblem(form, least, most);
  const loss = recoveryLoss(before, form);

  const save = async () => {
    await dynamodb.send(new UpdateContinuousBackupsCommand(recoveryChange(tableName, form)));
    await refresh(tableName);
    notify({
      type: "success",
      header: `Point-in-time recovery is ${form.on ? "on" : "off"} for ${tableName}`,
    });
    onDismiss();
  };

  return (
    <EditModal
      title={`Edit point-in-time recovery of ${tableName}`}
      disabled={problem !== undefined}
      form={form}
      onSave={save}
      onDismiss={onDismiss}
    >
      {(error) => (
        <SpaceBetween size="m">
          <Checkbox
            checked={form.on}
            onChange={({ detail }) => setForm({ ...form, on: detail.checked })}
            description="The table can then be restored as it was at any instant of the recovery period."
          >
            Turn on point-in-time recovery
          </Checkbox>
          {form.on && (
            <FormField
              label="Backup recovery period"
              description={`Days, ${least} to ${most}`}
              errorText={
                problem ?? messagesByMember(error, ["RecoveryPeriodInDays"]).RecoveryPeriodInDays
              }
            >
              <Input
                value={form.periodDays}
                inputMode="numeric"
                onChange={({ detail }) => setForm({ ...form, periodDays: detail.value })}
              />
            </FormField>
          )}
          {loss !== undefined && <Alert type="warning">{loss}</Alert>}
        </SpaceBetween>
      )}
    </EditModal>
  );
}
