/** The tab of a table in which its items are explored. */

import type { TabProps } from "../tables/details/tabs";
import { Explorer } from "./explorer";

export function Tab({ tableName, table }: TabProps) {
  return <Explorer tableName={tableName} table={table} />;
}
