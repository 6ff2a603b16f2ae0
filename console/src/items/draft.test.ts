import { describe, expect, it } from "vitest";
import { forRandom } from "../testing/random";
import { randomItem } from "../testing/random-items";
import { changeForm } from "../values/value-form";
import { draftOf, itemOfDraft, keyFirst, newItem, switchView, type View } from "./draft";

const VIEWS: View[] = ["form", "json", "plain"];

describe("a draft", () => {
  it("stands for the same item through every change of the view", () => {
    forRandom(300, (random) => {
      const item = randomItem(random);
      let draft = draftOf(item, random.pick(VIEWS));
      for (const view of random.many(6, () => random.pick(VIEWS))) {
        const next = switchView(draft, view);
        if (next.problem === undefined) {
          draft = next.value;
        } else {
          expect(view).toBe("plain");
        }
        expect(itemOfDraft(draft)).toEqual({ value: item });
      }
    });
  });

  it("keeps its view as long as it stands for no item", () => {
    const text = switchView({ view: "json", text: '{"a": {"S": 1}}', touched: true }, "form");
    expect(text.problem).toBe('a: "S" must be a text in double quotes.');

    const draft = draftOf({ a: { N: "1" } });
    const form = draft.view === "form" ? draft.form : undefined;
    const number = form?.members[0]?.value.id ?? 0;
    const wrong = changeForm(form as NonNullable<typeof form>, {
      kind: "text",
      id: number,
      text: "one",
    });
    expect(switchView({ view: "form", form: wrong, touched: true }, "json").problem).toContain(
      "not right yet",
    );
  });

  it("remembers over a change of the view that it was touched", () => {
    const next = switchView({ ...draftOf({ a: { S: "x" } }), touched: true }, "json");
    expect(next.problem === undefined && next.value.touched).toBe(true);
  });

  it("says why plain JSON cannot hold it", () => {
    expect(switchView(draftOf({ a: { SS: ["x"] } }), "plain").problem).toContain("no sets");
  });
});

describe("an item to be edited", () => {
  it("begins with its key", () => {
    const keys = [
      { name: "Year", type: "N" as const },
      { name: "Artist", type: "S" as const },
    ];
    expect(Object.keys(newItem(keys))).toEqual(["Year", "Artist"]);
    const item = { Artist: { S: "x" }, Title: { S: "y" }, Year: { N: "1" } };
    expect(Object.keys(keyFirst(keys, item))).toEqual(["Year", "Artist", "Title"]);
    expect(keyFirst(keys, item)).toEqual(item);
  });
});
