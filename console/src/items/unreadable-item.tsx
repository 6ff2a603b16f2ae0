/** An item with a value that the console cannot read: it is shown, and cannot be changed. */

import Alert from "@cloudscape-design/components/alert";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type Item, unreadableNames } from "../values/attribute-value";
import { itemToJson } from "../values/item-json";

export function UnreadableItem({ item, onDismiss }: { item: Item; onDismiss: () => void }) {
  return (
    <Modal
      visible
      size="x-large"
      header="View item"
      closeAriaLabel="Close"
      onDismiss={() => onDismiss()}
    >
      <SpaceBetween size="m">
        <Alert type="warning" header="This item cannot be changed here">
          {unreadableText(unreadableNames(item))}
        </Alert>
        <div className="code-text">
          <Textarea
            ariaLabel="Item as DynamoDB JSON"
            readOnly
            rows={20}
            spellcheck={false}
            value={itemToJson(item)}
          />
        </div>
      </SpaceBetween>
    </Modal>
  );
}

export function unreadableText(names: readonly string[]): string {
  return `The console cannot read the value of ${names.join(", ")}, so saving the item could change it.`;
}
