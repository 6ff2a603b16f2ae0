/** The modals that change one setting of a table each. */

import {
  type StreamViewType,
  type TableClass,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { messagesByMember } from "../../api/errors";
import { isTimeToLiveOn, useTimeToLive } from "../../api/table-settings";
import { encryptionOf } from "../../forms/encryption";
import { attributeNameProblem } from "../../forms/fields";
import { streamMessage } from "../../forms/refusals";
import { encryptionChange, streamChange } from "../../forms/table-changes";
import { EditModal } from "../../widgets/edit-modal";
import { EncryptionFields } from "../../widgets/encryption-fields";
import { CLASS_NAMES, STREAM_VIEWS } from "../describe";
import { updateTable } from "../update-table";
import { type EditorProps, useSave } from "./use-save";

export function EditDeletionProtection(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const wanted = table.DeletionProtectionEnabled !== true;
  const word = wanted ? "on" : "off";
  return (
    <EditModal
      title={`Turn ${word} deletion protection`}
      saveText={`Turn ${word}`}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () =>
            updateTable(dynamodb, [{ TableName: tableName, DeletionProtectionEnabled: wanted }]),
          `Deletion protection of ${tableName} is ${word}`,
        )
      }
    >
      <Box>
        {wanted
          ? "The table cannot be deleted, by anyone, until this is turned off again."
          : "The table can then be deleted."}
      </Box>
    </EditModal>
  );
}

export function EditTableClass(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const now = table.TableClassSummary?.TableClass ?? "STANDARD";
  const [wanted, setWanted] = useState<TableClass>(now);
  return (
    <EditModal
      title={`Table class of ${tableName}`}
      disabled={wanted === now}
      form={wanted}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [{ TableName: tableName, TableClass: wanted }]),
          `The class of ${tableName} is ${CLASS_NAMES[wanted]}`,
        )
      }
    >
      {(error) => (
        <FormField
          label="Table class"
          errorText={messagesByMember(error, ["TableClass"]).TableClass}
        >
          <RadioGroup
            value={wanted}
            onChange={({ detail }) => setWanted(detail.value as TableClass)}
            items={Object.entries(CLASS_NAMES).map(([value, label]) => ({ value, label }))}
          />
        </FormField>
      )}
    </EditModal>
  );
}

export function EditEncryption(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const now = encryptionOf(table);
  const [form, setForm] = useState(now);
  const missing = form.choice === "customer" && form.keyId.trim() === "";
  return (
    <EditModal
      title={`Encryption of ${tableName}`}
      disabled={(form.choice === now.choice && form.choice !== "customer") || missing}
      form={form}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [encryptionChange(tableName, form)]),
          `Changed the encryption of ${tableName}`,
        )
      }
    >
      {(error) => {
        const messages = messagesByMember(error, ["SSESpecification", "KMSMasterKeyId"]);
        return (
          <EncryptionFields
            form={form}
            onChange={setForm}
            problem={messages.SSESpecification}
            keyProblem={missing ? "Enter the key." : messages.KMSMasterKeyId}
          />
        );
      }}
    </EditModal>
  );
}

export function EditTimeToLive(props: EditorProps) {
  const { tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const { data } = useTimeToLive(tableName);
  const on = isTimeToLiveOn(data);
  const [typed, setTyped] = useState("");
  const attribute = on ? (data?.AttributeName ?? "") : typed;
  const word = on ? "off" : "on";
  return (
    <EditModal
      title={`Turn ${word} time to live`}
      saveText={`Turn ${word}`}
      disabled={attributeNameProblem(attribute) !== undefined}
      form={typed}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () =>
            dynamodb.send(
              new UpdateTimeToLiveCommand({
                TableName: tableName,
                TimeToLiveSpecification: { Enabled: !on, AttributeName: attribute },
              }),
            ),
          `Time to live of ${tableName} is ${word}`,
        )
      }
    >
      {(error) =>
        on ? (
          <Box>
            Items stay, whatever time is in their attribute <Box variant="code">{attribute}</Box>.
          </Box>
        ) : (
          <FormField
            label="Attribute"
            description="A number: seconds since 1970 from which on the item is expired and will be deleted."
            errorText={
              (typed === "" ? undefined : attributeNameProblem(typed)) ??
              messagesByMember(error, ["AttributeName"]).AttributeName
            }
          >
            <Input
              value={typed}
              onChange={({ detail }) => setTyped(detail.value)}
              spellcheck={false}
              autoComplete={false}
            />
          </FormField>
        )
      }
    </EditModal>
  );
}

export function EditStream(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const on = table.StreamSpecification?.StreamEnabled === true;
  const [view, setView] = useState<StreamViewType>("NEW_AND_OLD_IMAGES");
  const word = on ? "off" : "on";
  return (
    <EditModal
      title={`Turn ${word} the stream`}
      saveText={`Turn ${word}`}
      form={view}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [streamChange(tableName, on ? undefined : view)]),
          `The stream of ${tableName} is ${word}`,
        )
      }
    >
      {(error) =>
        on ? (
          <Box>
            No further change is recorded. What was recorded can still be read for 24 hours.
          </Box>
        ) : (
          <FormField label="Records hold" errorText={streamMessage(error)}>
            <RadioGroup
              value={view}
              onChange={({ detail }) => setView(detail.value as StreamViewType)}
              items={Object.entries(STREAM_VIEWS).map(([value, [label, description]]) => ({
                value,
                label,
                description,
              }))}
            />
          </FormField>
        )
      }
    </EditModal>
  );
}
