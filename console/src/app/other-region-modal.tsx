/** Asks for the name of a Region that is not in the list: a server takes any. */

import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { EditModal } from "../widgets/edit-modal";
import { looksLikeRegion } from "./regions";

export function OtherRegionModal({
  onChoose,
  onDismiss,
}: {
  onChoose: (region: string) => void;
  onDismiss: () => void;
}) {
  const [typed, setTyped] = useState("");
  const region = typed.trim();
  const isFine = looksLikeRegion(region);
  return (
    <EditModal
      title="Another Region"
      saveText="Open Region"
      disabled={!isFine}
      onDismiss={onDismiss}
      onSave={async () => onChoose(region)}
    >
      <FormField
        label="Name of the Region"
        description="It begins to exist with its first table."
        constraintText="Words and a number with hyphens between them, as in us-gov-west-1."
        errorText={region === "" || isFine ? undefined : "This is no name of a Region."}
      >
        <Input
          value={typed}
          onChange={({ detail }) => setTyped(detail.value)}
          placeholder="us-gov-west-1"
          spellcheck={false}
          autoComplete={false}
          autoFocus
        />
      </FormField>
    </EditModal>
  );
}
