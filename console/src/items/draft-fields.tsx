/** An item in one of its views, and the switch between them. */

import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { FixedMembers } from "../values/value-fields";
import { MemberFields } from "../values/value-fields";
import {
  changeForm,
  type FormChange,
  type MemberForm,
  problemsOf,
  type ValueForm,
  type Wanted,
} from "../values/value-form";
import { type Draft, itemOfDraft, switchView, type View } from "./draft";
import type { KeyPart } from "./explore-form";
import { messageAbout } from "./named-attribute";

const VIEWS: { id: View; text: string }[] = [
  { id: "form", text: "Form" },
  { id: "json", text: "DynamoDB JSON" },
  { id: "plain", text: "JSON" },
];

export function DraftFields({
  draft,
  keys,
  keysLocked,
  complete,
  error,
  wanted,
  onChange,
}: {
  draft: Draft;
  keys: readonly KeyPart[];
  /** Whether the values of the key are to stay as they are. */
  keysLocked: boolean;
  /** Whether a field that is still empty is shown as wrong. */
  complete: boolean;
  /** Why it was not saved: said by the field that it names too. */
  error: unknown;
  /** What of the form is to be shown. */
  wanted: Wanted;
  onChange: (draft: Draft) => void;
}) {
  const [problem, setProblem] = useState<string>();
  const choose = (view: View) => {
    const next = switchView(draft, view);
    setProblem(next.problem);
    if (next.problem === undefined) {
      onChange(next.value);
    }
  };
  return (
    <SpaceBetween size="m">
      <FormField errorText={problem} stretch>
        <SegmentedControl
          label="View of the item"
          options={VIEWS}
          selectedId={draft.view}
          onChange={({ detail }) => choose(detail.selectedId as View)}
        />
      </FormField>
      {draft.view === "form" ? (
        <FormView
          // A form with another id was made anew, from an item.
          key={draft.form.id}
          form={draft.form}
          keys={keys}
          keysLocked={keysLocked}
          complete={complete}
          error={error}
          wanted={wanted}
          onForm={(form) => onChange({ view: "form", form, touched: true })}
        />
      ) : (
        <TextView
          draft={draft}
          onText={(text) => onChange({ view: draft.view, text, touched: true })}
        />
      )}
    </SpaceBetween>
  );
}

function FormView({
  form,
  keys,
  keysLocked,
  complete,
  error,
  wanted,
  onForm,
}: {
  form: ValueForm;
  keys: readonly KeyPart[];
  keysLocked: boolean;
  complete: boolean;
  error: unknown;
  wanted: Wanted;
  onForm: (form: ValueForm) => void;
}) {
  const problems = useMemo(() => {
    const messages = form.members.flatMap(({ name, value }): [number, string][] => {
      const message = messageAbout(error, name);
      return message === undefined ? [] : [[value.id, message]];
    });
    return new Map([...messages, ...problemsOf(form, { complete })]);
  }, [form, complete, error]);
  const [fixed] = useState(() => keyMembers(form, keys, keysLocked ? "locked" : "key"));
  // The same function for ever, so that a change draws the row it is in and not all others.
  const latest = useRef({ form, onForm });
  useEffect(() => {
    latest.current = { form, onForm };
  });
  const change = useCallback((one: FormChange) => {
    latest.current.onForm(changeForm(latest.current.form, one));
  }, []);
  return (
    <MemberFields form={form} fixed={fixed} problems={problems} onChange={change} wanted={wanted} />
  );
}

/** The members that are the key now, whatever name others get. One of a wrong type can be mended. */
function keyMembers(
  form: ValueForm,
  keys: readonly KeyPart[],
  how: "key" | "locked",
): FixedMembers {
  const isKey = ({ name, value }: MemberForm) =>
    keys.some((key) => key.name === name && key.type === value.type);
  return new Map(form.members.filter(isKey).map(({ id }) => [id, how]));
}

function TextView({
  draft,
  onText,
}: {
  draft: Draft & { view: "json" | "plain" };
  onText: (text: string) => void;
}) {
  // Reading 400 KB takes longer than a keystroke; what is wrong may come a little later.
  const { problem } = itemOfDraft(useDeferredValue<Draft>(draft));
  return (
    <FormField
      label={draft.view === "json" ? "Item as DynamoDB JSON" : "Item as JSON"}
      errorText={problem}
      stretch
    >
      <div className="code-text">
        <Textarea
          ariaLabel={draft.view === "json" ? "Item as DynamoDB JSON" : "Item as JSON"}
          value={draft.text}
          rows={20}
          spellcheck={false}
          onChange={({ detail }) => onText(detail.value)}
        />
      </div>
    </FormField>
  );
}
