/** The entry: colours the page, then shows what the address names. */

import "@cloudscape-design/global-styles/index.css";
import "./app/console.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { newQueryClient, QueryProvider } from "./api/query";
import { loadAll } from "./app/later";
import { NotificationsProvider } from "./app/notifications";
import { applyAppearance } from "./app/preferences";
import { Router } from "./app/router";

applyAppearance();

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element #root");
}
createRoot(root).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryProvider client={newQueryClient()}>
        <NotificationsProvider>
          <Router />
        </NotificationsProvider>
      </QueryProvider>
    </I18nProvider>
  </StrictMode>,
);

window.addEventListener("load", () => {
  const whenIdle = window.requestIdleCallback ?? ((task: () => void) => setTimeout(task, 1_000));
  whenIdle(() => void loadAll());
});
