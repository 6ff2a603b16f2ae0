/**
 * Asks for a word to be typed before something is destroyed, does it, and shows why it failed.
 *
 * It stays open while the work runs and when it fails; the caller closes it when it succeeded.
 */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { FailureAlert } from "./failure";

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
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const ready = typed.trim() === word && !running;

  const confirm = async () => {
    setRunning(true);
    setError(undefined);
    try {
      await onConfirm();
    } catch (caught) {
      setError(caught);
    } finally {
      setRunning(false);
    }
  };

  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={() => !running && onDismiss()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss} disabled={running}>
              Cancel
            </Button>
            <Button variant="primary" onClick={confirm} disabled={!ready} loading={running}>
              {confirmText}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) {
            void confirm();
          }
        }}
      >
        <SpaceBetween size="m">
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
          <FailureAlert error={error} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
