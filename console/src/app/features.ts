/**
 * The parts of the console. Each is a folder whose `feature.ts` says its routes and its place in
 * the navigation; what is not in this list does not exist for a person.
 *
 * A page is loaded when it is first visited: `page` imports a module that exports `Component`.
 */

import type { ComponentType } from "react";
import { backups } from "../backups/feature";
import { dashboard } from "../dashboard/feature";
import { items } from "../items/feature";
import { partiql } from "../partiql/feature";
import { tables } from "../tables/feature";

/** The groups of the navigation, in their order, with a line between them. */
export const GROUPS = ["main", "security"] as const;
export type Group = (typeof GROUPS)[number];

export interface NavigationEntry {
  text: string;
  group: Group;
  /** First segment below the Region, such as `tables`; empty for the first page. */
  path: string;
  /** Other first segments that belong to this entry, so that it is marked there too. */
  alsoAt?: string[];
}

export interface PageRoute {
  /** Below the Region, in the syntax of react-router: `tables/:tableName/:tab?`. */
  path: string;
  page: () => Promise<{ Component: ComponentType }>;
}

export interface Feature {
  navigation: NavigationEntry[];
  routes: PageRoute[];
}

/** In the order of the navigation. */
export const features: Feature[] = [dashboard, tables, items, partiql, backups];
