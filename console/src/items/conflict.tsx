/** Another writer was faster: which attributes are not what was read, and what to do about it. */

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { EMPTY, type Item, isReadable, preview, typeOf } from "../values/attribute-value";
import { changedNames } from "./item-changes";

const SHOWN_MAX = 5;

export function Conflict({
  base,
  current,
  onResolve,
}: {
  /** As it was read. */
  base: Item;
  /** As it is now; absent if it was deleted. */
  current: Item | undefined;
  onResolve: (current: Item, keepMine: boolean) => void;
}) {
  if (current === undefined) {
    return (
      <Alert type="error" header="The item was deleted since it was opened">
        Nothing was saved. To bring it back with your changes, copy it as JSON and create it anew.
      </Alert>
    );
  }
  const names = changedNames(base, current);
  return (
    <Alert type="error" header="The item was changed since it was opened">
      <SpaceBetween size="s">
        <div>
          Nothing was saved. Not as it was read any more:
          <ul>
            {names.slice(0, SHOWN_MAX).map((name) => (
              <li key={name} className="item-cell">
                {name}: {valueText(base, name)} became {valueText(current, name)}
              </li>
            ))}
            {names.length > SHOWN_MAX && <li>and {names.length - SHOWN_MAX} more</li>}
          </ul>
        </div>
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => onResolve(current, true)}>Put my changes on top</Button>
          <Button onClick={() => onResolve(current, false)}>Discard my changes</Button>
        </SpaceBetween>
      </SpaceBetween>
    </Alert>
  );
}

/** A text in quotes, so that it is not taken for a number or for these words. */
function valueText(item: Item, name: string): string {
  if (!Object.hasOwn(item, name)) {
    return "(nothing)";
  }
  const value = item[name] as AttributeValue;
  const text = preview(value, 60);
  return text === "" ? EMPTY : isReadable(value) && typeOf(value) === "S" ? `"${text}"` : text;
}
