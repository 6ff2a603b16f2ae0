/** The modal that changes the tags of a table. */

import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-dynamodb";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useTags } from "../../api/table-settings";
import { tagsMessage } from "../../forms/refusals";
import { tagChanges, tagForms } from "../../forms/tags";
import { EditModal } from "../../widgets/edit-modal";
import { TagsFields } from "../../widgets/tags-fields";
import { type EditorProps, useSave } from "./use-save";

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
      form={form}
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
      {(error) => (
        <TagsFields
          tags={form}
          problem={tagsMessage(error)}
          onChange={(tags, isValid) => {
            setForm(tags);
            setValid(isValid);
          }}
        />
      )}
    </EditModal>
  );
}
