/** The modals that change one setting of a table each. */

import {
  DeleteResourcePolicyCommand,
  PutResourcePolicyCommand,
  type StreamViewType,
  type TableClass,
  type TableDescription,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useResourcePolicy, useTags, useTimeToLive } from "../../api/table-settings";
import { useRefreshTable } from "../../api/tables";
import { useNotify } from "../../app/notifications";
import { encryptionOf } from "../../forms/encryption";
import { attributeNameProblem, policyProblem } from "../../forms/fields";
import { encryptionChange, streamChange } from "../../forms/table-changes";
import { tagChanges, tagForms } from "../../forms/tags";
import { EditModal } from "../../widgets/edit-modal";
import { EncryptionFields } from "../../widgets/encryption-fields";
import { TagsFields } from "../../widgets/tags-fields";
import { CLASS_NAMES, STREAM_VIEWS } from "../describe";
import { updateTable } from "../update-table";

export interface EditorProps {
  table: TableDescription;
  tableName: string;
  onDismiss: () => void;
}

/** Makes a change, asks for the table again, says so, and closes the modal. */
function useSave({ tableName, onDismiss }: EditorProps) {
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
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [{ TableName: tableName, TableClass: wanted }]),
          `The class of ${tableName} is ${CLASS_NAMES[wanted]}`,
        )
      }
    >
      <FormField label="Table class">
        <RadioGroup
          value={wanted}
          onChange={({ detail }) => setWanted(detail.value as TableClass)}
          items={Object.entries(CLASS_NAMES).map(([value, label]) => ({ value, label }))}
        />
      </FormField>
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
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [encryptionChange(tableName, form)]),
          `Changed the encryption of ${tableName}`,
        )
      }
    >
      <EncryptionFields form={form} onChange={setForm} />
    </EditModal>
  );
}

export function EditTimeToLive(props: EditorProps) {
  const { tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const { data } = useTimeToLive(tableName);
  const on = data?.TimeToLiveStatus === "ENABLED";
  const [typed, setTyped] = useState("");
  const attribute = on ? (data.AttributeName ?? "") : typed;
  const word = on ? "off" : "on";
  return (
    <EditModal
      title={`Turn ${word} time to live`}
      saveText={`Turn ${word}`}
      disabled={attributeNameProblem(attribute) !== undefined}
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
      {on ? (
        <Box>
          Items stay, whatever time is in their attribute <Box variant="code">{attribute}</Box>.
        </Box>
      ) : (
        <FormField
          label="Attribute"
          description="A number: seconds since 1970 from which on the item is expired and will be deleted."
        >
          <Input
            value={typed}
            onChange={({ detail }) => setTyped(detail.value)}
            spellcheck={false}
            autoComplete={false}
          />
        </FormField>
      )}
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
      onDismiss={onDismiss}
      onSave={() =>
        save(
          () => updateTable(dynamodb, [streamChange(tableName, on ? undefined : view)]),
          `The stream of ${tableName} is ${word}`,
        )
      }
    >
      {on ? (
        <Box>No further change is recorded. What was recorded can still be read for 24 hours.</Box>
      ) : (
        <FormField label="Records hold">
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
      )}
    </EditModal>
  );
}

/** Opened once the tags are known; what is changed is the difference to what was shown then. */
export function EditTags(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const ResourceArn = table.TableArn;
  const { data = [] } = useTags(tableName, ResourceArn ?? "");
  const [before] = useState(data);
  const [form, setForm] = useState(() => tagForms(before));
  const [valid, setValid] = useState(true);
  const { put, remove } = tagChanges(before, form);
  return (
    <EditModal
      title={`Tags of ${tableName}`}
      size="large"
      disabled={!valid || put.length + remove.length === 0}
      onDismiss={onDismiss}
      onSave={() =>
        save(async () => {
          // First what goes: with 50 tags there is no room for another before.
          if (remove.length > 0) {
            await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: remove }));
          }
          if (put.length > 0) {
            await dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: put }));
          }
        }, `Changed the tags of ${tableName}`)
      }
    >
      <TagsFields
        tags={form}
        onChange={(tags, isValid) => {
          setForm(tags);
          setValid(isValid);
        }}
      />
    </EditModal>
  );
}

/**
 * Opened once the policy is known. An emptied document deletes it. A change that somebody else makes
 * in the meantime is not overwritten: the server compares the revision.
 */
export function EditPolicy(props: EditorProps) {
  const { table, tableName, onDismiss } = props;
  const dynamodb = useDynamoDB();
  const save = useSave(props);
  const ResourceArn = table.TableArn;
  const { data: before } = useResourcePolicy(tableName, ResourceArn ?? "");
  const [opened] = useState(before);
  const [typed, setTyped] = useState(opened?.policy ?? "");
  const problem = policyProblem(typed);
  const empty = typed.trim() === "";
  const change = () =>
    empty
      ? dynamodb.send(
          new DeleteResourcePolicyCommand({ ResourceArn, ExpectedRevisionId: opened?.revisionId }),
        )
      : dynamodb.send(
          new PutResourcePolicyCommand({
            ResourceArn,
            Policy: typed,
            ExpectedRevisionId: opened?.revisionId ?? "NO_POLICY",
          }),
        );
  return (
    <EditModal
      title={`Resource policy of ${tableName}`}
      size="large"
      saveText={empty && opened !== null ? "Delete policy" : "Save changes"}
      disabled={problem !== undefined || typed === (opened?.policy ?? "")}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          change,
          empty ? `Deleted the policy of ${tableName}` : `Saved the policy of ${tableName}`,
        )
      }
    >
      <FormField
        label="Policy"
        description="JSON. Empty it to delete the policy."
        errorText={problem}
        stretch
      >
        <Textarea
          value={typed}
          rows={14}
          onChange={({ detail }) => setTyped(detail.value)}
          spellcheck={false}
        />
      </FormField>
    </EditModal>
  );
}
