/** The modal that writes, changes or deletes the resource policy of a table. */

import { DeleteResourcePolicyCommand, PutResourcePolicyCommand } from "@aws-sdk/client-dynamodb";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useDynamoDB } from "../../api/dynamodb";
import { useResourcePolicy } from "../../api/table-settings";
import { policyProblem } from "../../forms/fields";
import { policyMessage } from "../../forms/refusals";
import { EditModal } from "../../widgets/edit-modal";
import { type EditorProps, useSave } from "./use-save";

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
  const [isConfirmed, setConfirmed] = useState(false);
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
            ...(isConfirmed ? { ConfirmRemoveSelfResourceAccess: true } : {}),
          }),
        );
  return (
    <EditModal
      title={`Resource policy of ${tableName}`}
      size="large"
      saveText={empty && opened !== null ? "Delete policy" : "Save changes"}
      disabled={problem !== undefined || typed === (opened?.policy ?? "")}
      form={typed}
      onDismiss={onDismiss}
      onSave={() =>
        save(
          change,
          empty ? `Deleted the policy of ${tableName}` : `Saved the policy of ${tableName}`,
        )
      }
    >
      {(error) => (
        <SpaceBetween size="m">
          <FormField
            label="Policy"
            description="JSON. Empty it to delete the policy."
            errorText={problem ?? policyMessage(error)}
            stretch
          >
            <Textarea
              value={typed}
              rows={14}
              onChange={({ detail }) => setTyped(detail.value)}
              spellcheck={false}
            />
          </FormField>
          <Checkbox
            checked={isConfirmed}
            disabled={empty}
            onChange={({ detail }) => setConfirmed(detail.checked)}
            description="The API asks for this where the policy denies it to the one who saves it."
          >
            Save it even if I cannot change it afterwards
          </Checkbox>
        </SpaceBetween>
      )}
    </EditModal>
  );
}
