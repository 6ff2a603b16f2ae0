/**
 * Keeps what was changed from being left unseen: by Back and Forward, another address, or closing
 * the tab.
 *
 * The router of the console has nothing for that (the one with loaders has, but is too heavy), so
 * Back is undone before the router hears of it: this module is loaded before the router listens.
 */

import { useEffect, useRef } from "react";

/** Of the form that is open now. There is one at a time. */
let guard: ((event: PopStateEvent) => void) | undefined;
window.addEventListener("popstate", (event) => guard?.(event));

export function useLeaveGuard({
  isTouched,
  isWarned,
  onLeave,
}: {
  /** Whether there is something to be lost. */
  isTouched: boolean;
  /** Whether the person knows: whoever then goes back once more is not stopped. */
  isWarned: boolean;
  /** Back or Forward was undone. */
  onLeave: () => void;
}): void {
  useEffect(() => {
    if (!isTouched) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isTouched]);

  const latest = useRef(onLeave);
  useEffect(() => {
    latest.current = onLeave;
  });
  const isGuarding = isTouched && !isWarned;
  useEffect(() => {
    if (!isGuarding) {
      return;
    }
    const here = placeInHistory();
    let returning = false;
    const undo = (event: PopStateEvent) => {
      const way = here - placeInHistory(here + 1);
      if (way !== 0 || returning) {
        event.stopImmediatePropagation();
      }
      if (way !== 0) {
        returning = true;
        window.history.go(way);
      } else if (returning) {
        returning = false;
        latest.current();
      }
    };
    guard = undo;
    return () => {
      guard = undefined;
    };
  }, [isGuarding]);
}

/** Counted by the router. It has not counted an address with another fragment that was typed. */
function placeInHistory(uncounted = 0): number {
  const { idx } = (window.history.state ?? {}) as { idx?: number };
  return idx ?? uncounted;
}
