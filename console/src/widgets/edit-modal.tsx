/**
 * A small form in a modal that changes one thing. It stays open while the change is made and when
 * it fails, with the error in it; the caller closes it when it succeeded.
 *
 * The error stands at the foot, whole, until the next attempt. Children that are a function get it
 * too, to repeat it next to the field that it names, for as long as the fields are as they were.
 */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useNotify } from "../app/notifications";
import { FailureAlert } from "./failure";

export function EditModal({
  title,
  saveText = "Save changes",
  size = "medium",
  disabled = false,
  form,
  onSave,
  onDismiss,
  children,
}: {
  title: string;
  saveText?: string;
  size?: ModalProps.Size;
  /** Whether there is nothing that could be saved. */
  disabled?: boolean;
  /** What the fields hold. An error is not about them any more once it is another. */
  form?: unknown;
  /** Makes the change; when it throws, the error is shown. */
  onSave: () => Promise<unknown>;
  onDismiss: () => void;
  children: ReactNode | ((error: unknown) => ReactNode);
}) {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  // With the fields as they are when it comes: what was made before may be gone from them by then.
  const [refused, setRefused] = useState({ error, form });
  if (refused.error !== error) {
    setRefused({ error, form });
  }
  const notify = useNotify();
  // A modal goes with its page, as that of a table which somebody else deleted; its error stays.
  const isGone = useRef(false);
  const whenGone = useRef(() => {});
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      whenGone.current();
    };
  }, []);
  const dismiss = () => {
    whenGone.current = () => {};
    onDismiss();
  };

  const save = async () => {
    setRunning(true);
    setError(undefined);
    whenGone.current = () => {};
    try {
      await onSave();
    } catch (caught) {
      const tell = () => notify.failure(`Not done: ${title}`, caught);
      if (isGone.current) {
        tell();
      } else {
        setError(caught);
        whenGone.current = tell;
      }
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
      onDismiss={() => !running && dismiss()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={dismiss} disabled={running}>
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
          {typeof children === "function"
            ? children(refused.form === form ? error : undefined)
            : children}
          <FailureAlert error={error} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
