/**
 * The messages at the top of every page: what was done, what failed.
 *
 * They stay until dismissed, also across pages. A newer message with the same id replaces the
 * older one, so "creating" can become "created".
 */

import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { failureOf } from "../api/errors";
import { FailureText } from "../widgets/failure";

export interface Notification {
  type: "success" | "error" | "info" | "warning" | "in-progress";
  header?: ReactNode;
  content?: ReactNode;
  /** Messages with the same id replace each other. */
  id?: string;
  /** A button in the message. */
  action?: ReactNode;
}

export interface Notify {
  (notification: Notification): void;
  /** Shows an error whole, below a sentence that says what did not happen. */
  failure: (header: string, error: unknown, id?: string) => void;
  dismiss: (id: string) => void;
}

const NotifyContext = createContext<Notify | undefined>(undefined);
const ItemsContext = createContext<FlashbarProps.MessageDefinition[]>([]);

export function useNotify(): Notify {
  const notify = useContext(NotifyContext);
  if (notify === undefined) {
    throw new Error("useNotify belongs below NotificationsProvider");
  }
  return notify;
}

/** Older ones go. */
const MESSAGES_MAX = 20;

let lastId = 0;

export function NotificationsProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);

  const notify = useMemo(() => {
    const dismiss = (id: string) => setItems((old) => old.filter((item) => item.id !== id));
    const show = ({ type, header, content, action, id: given }: Notification) => {
      lastId += 1;
      const id = given ?? `message-${lastId}`;
      const item: FlashbarProps.MessageDefinition = {
        id,
        type,
        header,
        content,
        action,
        dismissible: true,
        dismissLabel: "Dismiss message",
        onDismiss: () => dismiss(id),
        ariaRole: type === "error" ? "alert" : "status",
      };
      setItems((old) => [item, ...old.filter((other) => other.id !== id)].slice(0, MESSAGES_MAX));
    };
    const failure = (header: string, error: unknown, id?: string) =>
      show({
        type: "error",
        header,
        content: <FailureText failure={failureOf(error)} />,
        ...(id === undefined ? {} : { id }),
      });
    return Object.assign(show, { failure, dismiss });
  }, []);

  return (
    <NotifyContext.Provider value={notify}>
      <ItemsContext.Provider value={items}>{children}</ItemsContext.Provider>
    </NotifyContext.Provider>
  );
}

export function Notifications() {
  return <Flashbar items={useContext(ItemsContext)} stackItems />;
}
