/**
 * What a person chose for this browser: appearance and time zone. Kept in localStorage.
 *
 * A browser that refuses storage still works; the choice then lasts until the page is left.
 */

import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

export type Appearance = "system" | "light" | "dark";
export type TimeZone = "local" | "utc";

export interface Preferences {
  appearance: Appearance;
  timeZone: TimeZone;
}

const STORAGE_KEY = "anywhen.preferences";
const DEFAULTS: Preferences = { appearance: "system", timeZone: "local" };

let current = read();
const listeners = new Set<() => void>();
const systemIsDark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

function read(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return { ...DEFAULTS, ...(stored as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  } catch {
    // Storage is full or forbidden.
  }
  applyAppearance();
  for (const listener of listeners) {
    listener();
  }
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Colours the page; called before the first paint and whenever the choice or the system changes. */
export function applyAppearance(): void {
  const dark =
    current.appearance === "dark" ||
    (current.appearance === "system" && systemIsDark?.matches === true);
  applyMode(dark ? Mode.Dark : Mode.Light);
}

systemIsDark?.addEventListener("change", applyAppearance);
