import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderPart } from "../testing/render-app";
import { Conflict } from "./conflict";

it("tells an empty text, a text and a number from each other and from nothing", () => {
  renderPart(
    <Conflict
      base={{ a: { S: "" }, b: { S: "5" }, c: { B: new Uint8Array() } }}
      current={{ a: { S: "theirs" }, b: { N: "5" }, d: { S: "(empty)" } }}
      onResolve={() => {}}
    />,
  );
  expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
    'a: (empty) became "theirs"',
    'b: "5" became 5',
    "c: (empty) became (nothing)",
    'd: (nothing) became "(empty)"',
  ]);
});
