/** Before each test file: what a browser has and jsdom lacks. After each test: a clean page. */

import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as never;

globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

globalThis.CSS ??= { escape: (text: string) => text } as typeof CSS;

window.scrollTo = () => {};
Element.prototype.scrollIntoView ??= () => {};

// A page is compiled when it is first shown, which takes seconds on a busy machine.
configure({ asyncUtilTimeout: 20_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  localStorage.clear();
});
