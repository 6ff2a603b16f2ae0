/**
 * One item, to be created, duplicated or changed: as a form, as DynamoDB JSON, or as plain JSON
 * where that can hold it. One of the views has the item at a time, and changing the view reads it.
 *
 * An edited item is read anew when it is opened, and saved only if it is still what was read. When
 * another writer was faster, the person sees what differs and chooses.
 */

import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { useLeaveGuard } from "../app/leave-guard";
import { useRegion } from "../app/region";
import { formatCount } from "../format/units";
import { type Item, unreadableNames } from "../values/attribute-value";
import { type Parsed, valueToJson } from "../values/item-json";
import { NOTHING_WANTED, problemsOf, wayToFirstProblem } from "../values/value-form";
import { FailureAlert } from "../widgets/failure";
import { Conflict } from "./conflict";
import { keyText } from "./delete-items-modal";
import { type Draft, draftOf, itemOfDraft, keyFirst, newItem } from "./draft";
import { DraftFields } from "./draft-fields";
import type { KeyPart } from "./explore-form";
import { focusFirstProblem } from "./first-problem";
import {
  CHANGED_ATTRIBUTES_MAX,
  changedNames,
  createInput,
  editsOnto,
  keyProblem,
  updateInput,
} from "./item-changes";
import type { Position } from "./item-pages";
import { UnreadableItem, unreadableText } from "./unreadable-item";

export type EditorTask =
  | { kind: "create" }
  | { kind: "edit"; key: Position }
  | { kind: "duplicate"; key: Position };

const TITLES = { create: "Create item", edit: "Edit item", duplicate: "Duplicate item" } as const;

export interface ItemEditorProps {
  tableName: string;
  keys: readonly KeyPart[];
  task: EditorTask;
  onDismiss: () => void;
  onSaved: () => void;
  onDelete: (key: Position) => void;
}

export function ItemEditor(props: ItemEditorProps) {
  const { tableName, keys, task, onDismiss } = props;
  const region = useRegion();
  const dynamodb = useDynamoDB();
  const key = task.kind === "create" ? undefined : task.key;
  const item = useQuery({
    queryKey: [region, "item", tableName, key === undefined ? null : valueToJson({ M: key })],
    enabled: key !== undefined,
    queryFn: async ({ signal }): Promise<Item | null> => {
      const command = new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true });
      return (await dynamodb.send(command, { abortSignal: signal })).Item ?? null;
    },
    // What is being edited is never replaced by a newer one; saving finds out about that.
    staleTime: "static",
    gcTime: 0,
    structuralSharing: false,
  });

  if (task.kind === "create") {
    return <Editor {...props} first={newItem(keys)} />;
  }
  if (item.data !== undefined && item.data !== null) {
    if (unreadableNames(item.data).length > 0) {
      return <UnreadableItem item={item.data} onDismiss={onDismiss} />;
    }
    return <Editor {...props} first={item.data} />;
  }
  return (
    <Modal visible header={TITLES[task.kind]} closeAriaLabel="Close" onDismiss={onDismiss}>
      <FailureAlert
        header="The item cannot be read"
        error={item.error}
        onRetry={() => item.refetch()}
      />
      {item.data === null && (
        <Alert type="info">There is no item with the key {keyText(task.key)} any more.</Alert>
      )}
      {item.isPending && <Spinner size="large" />}
    </Modal>
  );
}

/** What was wrong when saving was tried. */
type Trouble =
  | { kind: "problem"; text: string }
  | { kind: "failure"; error: unknown }
  /** Another writer was faster; without an item it is gone. `text` stands in the way of merging. */
  | { kind: "conflict"; current: Item | undefined; text?: string };

function Editor({
  tableName,
  keys,
  task,
  first,
  onDismiss,
  onSaved,
  onDelete,
}: ItemEditorProps & { first: Item }) {
  const dynamodb = useDynamoDB();
  const [base, setBase] = useState(first);
  const [draft, setDraft] = useState<Draft>(() => draftOf(keyFirst(keys, first)));
  const [trouble, setTrouble] = useState<Trouble>();
  const [leaving, setLeaving] = useState(false);
  const [wanted, setWanted] = useState(NOTHING_WANTED);
  const place = useRef<HTMLDivElement>(null);
  const isEdit = task.kind === "edit";
  useLeaveGuard({
    isTouched: draft.touched,
    isWarned: leaving,
    onLeave: () => setLeaving(true),
  });

  const save = useMutation({
    mutationFn: (item: Item) =>
      isEdit
        ? dynamodb.send(new UpdateItemCommand(updateInput(tableName, keys, base, item)))
        : dynamodb.send(new PutItemCommand(createInput(tableName, keys, item))),
    onSuccess: onSaved,
    onError: (error) =>
      setTrouble(
        isEdit && error instanceof ConditionalCheckFailedException
          ? { kind: "conflict", current: error.Item }
          : { kind: "failure", error },
      ),
  });

  const goToFirstProblem = () => {
    if (draft.view === "form") {
      setWanted(wayToFirstProblem(draft.form, problemsOf(draft.form)));
    }
    focusFirstProblem(place.current);
  };

  const trySave = () => {
    const item = itemOfDraft(draft);
    const problem =
      item.problem ?? keyProblem(keys, item.value) ?? changeProblem(isEdit, keys, base, item.value);
    if (item.problem !== undefined || problem !== undefined) {
      setTrouble({ kind: "problem", text: problem ?? "" });
      goToFirstProblem();
      return;
    }
    setTrouble(undefined);
    save.mutate(item.value);
  };

  const leave = () => {
    const isTouched = draft.touched && !leaving;
    if (isTouched) {
      setLeaving(true);
    } else if (!save.isPending) {
      onDismiss();
    }
  };

  const resolve = (current: Item, keepMine: boolean) => {
    const unreadable = unreadableNames(current);
    const mine: Parsed<Item> =
      unreadable.length > 0
        ? { problem: unreadableText(unreadable) }
        : keepMine
          ? itemOfDraft(draft)
          : { value: base };
    if (mine.problem !== undefined) {
      // With the new base, what the other writer changed would count as edited and be undone.
      setTrouble({ kind: "conflict", current, text: mine.problem });
      goToFirstProblem();
      return;
    }
    const next = editsOnto(base, mine.value, current);
    setBase(current);
    setTrouble(undefined);
    setDraft({ ...draftOf(keyFirst(keys, next), draft.view), touched: keepMine });
  };

  const problem = trouble?.kind === "failure" ? undefined : trouble?.text;
  return (
    <Modal
      visible
      size="x-large"
      header={TITLES[task.kind]}
      closeAriaLabel="Close"
      onDismiss={leave}
      footer={
        <SpaceBetween size="s">
          {trouble?.kind === "failure" && (
            <FailureAlert
              header={
                trouble.error instanceof ConditionalCheckFailedException
                  ? "There is an item with this key already"
                  : "The item was not saved"
              }
              error={trouble.error}
            />
          )}
          {trouble?.kind === "conflict" && (
            <Conflict base={base} current={trouble.current} onResolve={resolve} />
          )}
          {problem !== undefined && <Alert type="error">{problem}</Alert>}
          {leaving && (
            <Alert type="warning" header="Leave without saving?">
              What was changed here will be lost. Press Cancel, or go back once more, to leave.
            </Alert>
          )}
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              {task.kind === "edit" && (
                <Button onClick={() => onDelete(task.key)} disabled={save.isPending}>
                  Delete
                </Button>
              )}
              <Button variant="link" onClick={leave} disabled={save.isPending}>
                Cancel
              </Button>
              <Button variant="primary" onClick={trySave} loading={save.isPending}>
                {isEdit ? "Save changes" : "Create item"}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      }
    >
      <div ref={place}>
        {" "}
        <DraftFields
          draft={draft}
          keys={keys}
          keysLocked={isEdit}
          complete={problem !== undefined}
          error={trouble?.kind === "failure" ? trouble.error : undefined}
          wanted={wanted}
          onChange={(next) => {
            setDraft(next);
            setLeaving(false);
          }}
        />
      </div>{" "}
    </Modal>
  );
}

/** Of an edited item the key stays, and something else does not. */
function changeProblem(
  isEdit: boolean,
  keys: readonly KeyPart[],
  base: Item,
  item: Item,
): string | undefined {
  if (!isEdit) {
    return undefined;
  }
  const changed = changedNames(base, item);
  const key = keys.find(({ name }) => changed.includes(name));
  if (key !== undefined) {
    return `The key attribute ${key.name} of an item cannot be changed. Duplicate the item instead.`;
  }
  if (changed.length > CHANGED_ATTRIBUTES_MAX) {
    return `${formatCount(changed.length)} attributes were changed, and one request can change ${CHANGED_ATTRIBUTES_MAX}. Save them in several steps.`;
  }
  return changed.length === 0 ? "Nothing was changed." : undefined;
}
