/** The field of a value that holds no others: a text, a number, bytes in base64, true or false. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { formatCount } from "../format/units";
import type { FormChange, ValueForm } from "./value-form";

const ROWS_MAX = 8;
const CHARACTERS_IN_ROW = 60;
const LONG_CHARACTERS = 10_000;
const BEGINNING_CHARACTERS = 200;

const BOOLEANS = [
  { value: "true", label: "true" },
  { value: "false", label: "false" },
];

export function ScalarField({
  value,
  label,
  readOnly = false,
  onChange,
}: {
  value: ValueForm;
  label: string;
  readOnly?: boolean;
  onChange: (change: FormChange) => void;
}) {
  const setText = (text: string) => onChange({ kind: "text", id: value.id, text });
  switch (value.type) {
    case "NULL":
      return (
        <div className="value-word">
          <Box color="text-body-secondary">null</Box>
        </div>
      );
    case "BOOL":
      return (
        <Select
          ariaLabel={label}
          options={BOOLEANS}
          selectedOption={{ value: value.text, label: value.text }}
          expandToViewport
          disabled={readOnly}
          onChange={({ detail }) => setText(detail.selectedOption.value ?? "false")}
        />
      );
    case "N":
      return (
        <Input
          ariaLabel={label}
          value={value.text}
          readOnly={readOnly}
          inputMode="decimal"
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => setText(detail.value)}
        />
      );
    default:
      return <TextField value={value} label={label} readOnly={readOnly} onText={setText} />;
  }
}

/** A text area, because an input has no line breaks and would lose those of the value. */
function TextField({
  value,
  label,
  readOnly,
  onText,
}: {
  value: ValueForm;
  label: string;
  readOnly: boolean;
  onText: (text: string) => void;
}) {
  // A text area with as many lines as 400 KB can have takes seconds, so it comes when it is wanted.
  const [shown, setShown] = useState(value.text.length <= LONG_CHARACTERS);
  if (!shown) {
    return (
      <div className="value-word">
        {value.text.slice(0, BEGINNING_CHARACTERS)}…{" "}
        <Button
          formAction="none"
          variant="inline-link"
          ariaLabel={`Show all ${formatCount(value.text.length)} characters: ${label}`}
          onClick={() => setShown(true)}
        >
          {`Show all ${formatCount(value.text.length)} characters`}
        </Button>
      </div>
    );
  }
  const hasReturn = value.text.includes("\r");
  return (
    <>
      <Textarea
        ariaLabel={label}
        value={value.text}
        rows={rowsOf(value.text)}
        readOnly={readOnly || hasReturn}
        placeholder={value.type === "B" ? "Base64" : ""}
        spellcheck={false}
        onChange={({ detail }) => onText(detail.value)}
      />
      {hasReturn && (
        <Box variant="small" color="text-body-secondary">
          This text has carriage returns, which a text field would lose. Change it as JSON.
        </Box>
      )}
    </>
  );
}

function rowsOf(text: string): number {
  let rows = 1 + Math.floor(Math.min(text.length, 10_000) / CHARACTERS_IN_ROW);
  for (let at = text.indexOf("\n"); at >= 0 && rows < ROWS_MAX; at = text.indexOf("\n", at + 1)) {
    rows += 1;
  }
  return Math.min(rows, ROWS_MAX);
}
