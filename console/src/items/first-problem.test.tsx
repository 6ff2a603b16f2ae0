import { waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { click, dialog, openItem, openMusic, song } from "../testing/music";

const numbers = (count: number) => ({
  L: Array.from({ length: count }, (_, at) => ({ N: String(at) })),
});
const saveText = "Save changes";

/** Opens an item, has it changed, and saves. */
async function save(more: object, change: (modal: ReturnType<typeof within>) => Promise<void>) {
  openMusic({ GetItem: () => ({ Item: { ...song(1965), ...more } }) });
  await openItem();
  const modal = within(await dialog());
  await modal.findByRole("button", { name: saveText });
  await modal.findByRole("textbox", { name: "Value of Plays" });
  await change(modal);
  await click(saveText);
  expect(await modal.findByText(/Some fields are not right yet/)).toBeDefined();
  return modal;
}

const focused = () => document.activeElement?.getAttribute("aria-label");

describe("saving an item with a field that is not right", () => {
  it("goes to the field", async () => {
    await save({}, async (modal) => {
      await userEvent.clear(modal.getByRole("textbox", { name: "Value of Plays" }));
    });
    await waitFor(() => expect(focused()).toBe("Value of Plays"));
  });

  it("unfolds what it is in and shows as many values as it takes, each time", async () => {
    const deep = { Deep: { M: { Scores: numbers(120) } } };
    const more = "Show 50 more of 70";
    const modal = await save(deep, async (inner) => {
      await userEvent.click(inner.getByRole("button", { name: /^Unfold 120 values/ }));
      await userEvent.click(inner.getByRole("button", { name: more }));
      await userEvent.type(inner.getByRole("textbox", { name: "Value of Deep.Scores[80]" }), "x");
      await userEvent.click(inner.getByRole("button", { name: /^Fold 120 values/ }));
      await userEvent.click(inner.getByRole("button", { name: "Fold 1 value of Deep" }));
    });
    await waitFor(() => expect(focused()).toBe("Value of Deep.Scores[80]"));
    expect(modal.getByText("Enter a number, such as 12.5 or 1E10.")).toBeDefined();
    await userEvent.click(modal.getByRole("button", { name: "Fold 1 value of Deep" }));
    expect(modal.queryByRole("textbox", { name: "Value of Deep.Scores[80]" })).toBeNull();
    await click(saveText);
    await waitFor(() => expect(focused()).toBe("Value of Deep.Scores[80]"));
  });

  it("goes to the place of a set without a value", async () => {
    await save({ Tags: { SS: ["a"] } }, async (modal) => {
      await userEvent.click(modal.getByRole("button", { name: "Remove Tags[0]" }));
    });
    await waitFor(() => expect(focused()).toBe("Fold 0 values of Tags"));
  });
});
