/**
 * Parts of the console that are loaded when they are first shown: pages, tabs, charts.
 *
 * Once the first page stands, `loadAll` fetches the rest in the background. Everything then opens
 * at once, also while the server restarts.
 */

import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Load = () => Promise<unknown>;

/** Grows while it is gone through: what is loaded may have parts for later of its own. */
const loads: Load[] = [];

/** A component whose script `load` imports. */
export function later<Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  loads.push(load);
  return lazy(async () => ({ default: await load() }));
}

export async function loadAll(): Promise<void> {
  for (const load of loads) {
    // What cannot be loaded now is tried again when somebody wants to see it.
    await load().catch(() => undefined);
  }
}
