/** Asks for a word to be typed before something is destroyed; for the rest it is as `EditModal`. */

import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import { EditModal } from "./edit-modal";

export interface DeleteModalProps {
  title: string;
  /** What will be gone, and whether it can come back. */
  warning: ReactNode;
  /** Further choices, above the word. */
  children?: ReactNode;
  /** The word to type. */
  word?: string;
  confirmText?: string;
  /** Does it; when it throws, the error is shown. */
  onConfirm: () => Promise<unknown>;
  onDismiss: () => void;
}

export function DeleteModal({
  title,
  warning,
  children,
  word = "delete",
  confirmText = "Delete",
  onConfirm,
  onDismiss,
}: DeleteModalProps) {
  const [typed, setTyped] = useState("");
  return (
    <EditModal
      title={title}
      saveText={confirmText}
      disabled={typed.trim() !== word}
      onSave={onConfirm}
      onDismiss={onDismiss}
    >
      <Alert type="warning">{warning}</Alert>
      {children}
      <FormField label={`To confirm, type "${word}"`}>
        <Input
          value={typed}
          placeholder={word}
          onChange={({ detail }) => setTyped(detail.value)}
          ariaRequired
          autoComplete={false}
          spellcheck={false}
        />
      </FormField>
    </EditModal>
  );
}
