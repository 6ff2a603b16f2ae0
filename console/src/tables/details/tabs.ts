/**
 * The tabs of a table's details, in their order. A feature that has one adds it here; its module
 * exports `Tab` and is loaded when the tab is first opened.
 */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import type { ComponentType } from "react";
import { later } from "../../app/later";

export interface TabProps {
  tableName: string;
  /** As DescribeTable shows it now. */
  table: TableDescription;
}

export interface TableTab {
  /** Part of the address: `tables/Music/indexes`. */
  id: string;
  text: string;
  Tab: ComponentType<TabProps>;
}

function tab(
  id: string,
  text: string,
  load: () => Promise<{ Tab: ComponentType<TabProps> }>,
): TableTab {
  return { id, text, Tab: later(async () => (await load()).Tab) };
}

export const TABLE_TABS: TableTab[] = [
  tab("overview", "Overview", () => import("./overview-tab")),
  tab("indexes", "Indexes", () => import("./indexes-tab")),
  tab("items", "Explore items", () => import("../../items/items-tab")),
  tab("backups", "Backups", () => import("../../backups/table-tab")),
  tab("metrics", "Metrics", () => import("./metrics-tab")),
  tab("settings", "Additional settings", () => import("./settings-tab")),
];
