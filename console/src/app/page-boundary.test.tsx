import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderPart } from "../testing/render-app";
import { PageBoundary } from "./page-boundary";

function Broken(): never {
  return (undefined as unknown as { items: never }).items;
}

it("says what is wrong with a page that fails, and not that no answer came", () => {
  // React tells the console too.
  vi.spyOn(console, "error").mockImplementation(() => {});
  renderPart(
    <PageBoundary>
      <Broken />
    </PageBoundary>,
  );
  expect(screen.getByText("This page cannot be shown")).toBeDefined();
  expect(screen.getByText("TypeError")).toBeDefined();
  expect(screen.getByText(/Cannot read properties of undefined/)).toBeDefined();
  expect(screen.queryByText(/did not answer/)).toBeNull();
  vi.restoreAllMocks();
});
