import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { click, dialog, openItem, openMusic } from "../testing/music";

const { history } = window;
const WARNING = "Leave without saving?";

/** Two pages, counted as the router does. */
beforeEach(() => {
  history.pushState({ idx: 0 }, "", "/before");
  history.pushState({ idx: 1 }, "", "/items");
});

/** Whether the browser would ask before the tab is closed. */
function asks(): boolean {
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

async function change() {
  await openItem();
  const modal = within(await dialog());
  const plays = await modal.findByRole("textbox", { name: "Value of Plays" });
  expect(asks()).toBe(false);
  await userEvent.clear(plays);
  await userEvent.type(plays, "7");
}

it("stops the first Back from an item that was changed, and not the second", async () => {
  const router = vi.fn();
  window.addEventListener("popstate", router);
  openMusic({});
  await change();
  expect(asks()).toBe(true);
  history.back();
  expect(await screen.findByText(WARNING)).toBeDefined();
  expect(window.location.pathname).toBe("/items");
  expect(router).not.toHaveBeenCalled();
  expect(screen.getByDisplayValue("7")).toBeDefined();
  expect(asks()).toBe(true);
  history.back();
  await waitFor(() => expect(router).toHaveBeenCalledTimes(1));
  expect(window.location.pathname).toBe("/before");
  window.removeEventListener("popstate", router);
});

it("stops nobody who changed nothing, or has saved", async () => {
  openMusic({ UpdateItem: () => ({}) });
  await change();
  await click("Save changes");
  await screen.findByText("Saved the item");
  expect(asks()).toBe(false);
  history.back();
  await waitFor(() => expect(window.location.pathname).toBe("/before"));
  expect(screen.queryByText(WARNING)).toBeNull();
});
