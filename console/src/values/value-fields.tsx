/**
 * The fields of a value: a row for each attribute or element with its name, type and value, what
 * it holds indented below. Long lists are shown a part at a time and long maps folded, so that an
 * item of 400 KB is as quick to open as a small one.
 */

import "./values.css";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useState } from "react";
import { formatCount, formatCounted } from "../format/units";
import { isValueType, VALUE_TYPE_NAMES, VALUE_TYPES, type ValueType } from "./attribute-value";
import { ScalarField } from "./scalar-field";
import {
  elementTypeOf,
  type FormChange,
  hasMembers,
  type MemberForm,
  NOTHING_WANTED,
  type Problems,
  type ValueForm,
  type Wanted,
} from "./value-form";

const SHOWN_AT_ONCE = 50;
/** What holds more than this is folded at first. */
const UNFOLDED_MAX = 10;

const TYPES = VALUE_TYPES.map((value) => ({ value, label: VALUE_TYPE_NAMES[value] }));

interface FieldsProps {
  problems: Problems;
  onChange: (change: FormChange) => void;
  /** What is to be shown, folded or not. Others are as a person left them. */
  wanted?: Wanted;
}

/** The members of a map, a list or a set, and the button that adds one. */
export function MemberFields({
  form,
  path = "",
  fixed = NOTHING,
  memberName,
  problems,
  onChange,
  wanted = NOTHING_WANTED,
}: FieldsProps & {
  form: ValueForm;
  /** Of the value, for the labels; empty for an item. */
  path?: string;
  /** Attributes that must stay and whose type is given. */
  fixed?: FixedMembers;
  /** What a member is called, if not an attribute, element or value. */
  memberName?: string;
}) {
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const least = 1 + form.members.findIndex(({ id }) => wanted.has(id));
  useWanted(wanted, least > shown, () => setShown(least));
  const hidden = form.members.length - shown;
  const elementType = elementTypeOf(form.type);
  const what =
    memberName ??
    (elementType !== undefined ? "value" : form.type === "L" ? "element" : "attribute");
  const add = (type: ValueType) => {
    setShown((before) => Math.max(before, form.members.length + 1));
    onChange({ kind: "add", id: form.id, type });
  };

  return (
    <SpaceBetween size="xs">
      {form.members.slice(0, shown).map((member, position) => (
        <Member
          key={member.id}
          member={member}
          path={pathOf(form, member, position, path)}
          named={form.type === "M"}
          typed={elementType === undefined}
          fixed={fixed.get(member.id)}
          problems={problems}
          onChange={onChange}
          wanted={wanted.has(member.id) ? wanted : NOTHING_WANTED}
        />
      ))}
      {hidden > 0 && (
        <Button formAction="none" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
          {`Show ${formatCount(Math.min(hidden, SHOWN_AT_ONCE))} more of ${formatCount(hidden)}`}
        </Button>
      )}
      {elementType === undefined ? (
        <ButtonDropdown
          items={TYPES.map(({ value, label }) => ({ id: value, text: label }))}
          ariaLabel={path === "" ? `Add ${what}` : `Add ${what} to ${path}`}
          expandToViewport
          onItemClick={({ detail }) => isValueType(detail.id) && add(detail.id)}
        >
          {`Add ${what}`}
        </ButtonDropdown>
      ) : (
        <Button
          formAction="none"
          ariaLabel={`Add ${what} to ${path}`}
          onClick={() => add(elementType)}
        >
          {`Add ${what}`}
        </Button>
      )}
    </SpaceBetween>
  );
}

/**
 * How much of a member may be changed: `key` only its value, `locked` nothing. By id, because the
 * name of a new member is another's for as long as it is half typed.
 */
export type FixedMembers = ReadonlyMap<number, "key" | "locked">;
const NOTHING: FixedMembers = new Map();

/** Shows once what is wanted anew. During rendering, so that no part of it comes a paint later. */
function useWanted(wanted: Wanted, isHidden: boolean, show: () => void): void {
  const [seen, setSeen] = useState(NOTHING_WANTED);
  if (seen !== wanted) {
    setSeen(wanted);
    if (isHidden) {
      show();
    }
  }
}

function pathOf(form: ValueForm, member: MemberForm, position: number, path: string): string {
  if (form.type !== "M") {
    return `${path}[${position}]`;
  }
  const name = member.name === "" ? `attribute ${position + 1}` : member.name;
  return path === "" ? name : `${path}.${name}`;
}

const Member = memo(function Member({
  member,
  path,
  named,
  typed,
  fixed,
  problems,
  onChange,
  wanted = NOTHING_WANTED,
}: FieldsProps & {
  member: MemberForm;
  path: string;
  named: boolean;
  typed: boolean;
  fixed: "key" | "locked" | undefined;
}) {
  const { value } = member;
  const [open, setOpen] = useState(value.members.length <= UNFOLDED_MAX);
  useWanted(wanted, wanted.has(value.id) && !open, () => setOpen(true));
  const holds = hasMembers(value.type);
  const foldText = `${open ? "Fold" : "Unfold"} ${formatCounted(value.members.length, "value")}`;
  return (
    <div className="value-member">
      <div className="value-row">
        {named && (
          <div className="value-name">
            <FormField errorText={problems.get(member.id)} stretch>
              <Input
                ariaLabel={`Name of ${path}`}
                placeholder="Attribute name"
                value={member.name}
                readOnly={fixed !== undefined}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) =>
                  onChange({ kind: "name", id: member.id, name: detail.value })
                }
              />
            </FormField>
          </div>
        )}
        {typed && (
          <div className="value-type">
            <Select
              ariaLabel={`Type of ${path}`}
              options={TYPES}
              selectedOption={{ value: value.type, label: VALUE_TYPE_NAMES[value.type] }}
              disabled={fixed !== undefined}
              expandToViewport
              onChange={({ detail }) => {
                const type = detail.selectedOption.value ?? "";
                if (isValueType(type)) {
                  onChange({ kind: "type", id: value.id, type });
                }
              }}
            />
          </div>
        )}
        <div className="value-content" data-problem={problems.has(value.id) || undefined}>
          <FormField errorText={problems.get(value.id)} stretch>
            {holds ? (
              <div className="value-word">
                <Button
                  formAction="none"
                  variant="inline-link"
                  ariaExpanded={open}
                  ariaLabel={`${foldText} of ${path}`}
                  onClick={() => setOpen(!open)}
                >
                  {foldText}
                </Button>
              </div>
            ) : (
              <ScalarField
                value={value}
                label={`Value of ${path}`}
                readOnly={fixed === "locked"}
                onChange={onChange}
              />
            )}
          </FormField>
        </div>
        <div className="value-remove">
          {fixed === undefined && (
            <Button
              formAction="none"
              variant="icon"
              iconName="remove"
              ariaLabel={`Remove ${path}`}
              onClick={() => onChange({ kind: "remove", id: member.id })}
            />
          )}
        </div>
      </div>
      {holds && open && (
        <div className="value-members">
          <MemberFields
            form={value}
            path={path}
            problems={problems}
            onChange={onChange}
            wanted={wanted}
          />
        </div>
      )}
    </div>
  );
});
