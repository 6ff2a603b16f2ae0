/**
 * A small form in a modal that changes one thing. It stays open while the change is made and when
 * it fails, with the error in it; the caller closes it when it succeeded.
 *
 * The error stands at the foot, whole. Children that are a function get it too, to repeat it next
 * to the field that it names.
 */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { FailureAlert } from "./failure";

export function EditModal({
  title,
  saveText = "Save changes",
  size = "medium",
  disabled = false,
  onSave,
  onDismiss,
  children,
}: {
  title: string;
  saveText?: string;
  size?: ModalProps.Size;
  /** Whether there is nothing that could be saved. */
  disabled?: boolean;
  /** Makes the change; when it throws, the error is shown. */
  onSave: () => Promise<unknown>;
  onDismiss: () => void;
  children: ReactNode | ((error: unknown) => ReactNode);
}) {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();

  const save = async () => {
    setRunning(true);
    setError(undefined);
    try {
      await onSave();
    } catch (caught) {
      setError(caught);
    } finally {
      setRunning(false);
    }
  };

  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel="Close"
      onDismiss={() => !running && onDismiss()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss} disabled={running}>
              Cancel
            </Button>
            <Button variant="primary" onClick={save} disabled={disabled} loading={running}>
              {saveText}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!disabled && !running) {
            void save();
          }
        }}
      >
        <SpaceBetween size="m">
          {typeof children === "function" ? children(error) : children}
          <FailureAlert error={error} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
