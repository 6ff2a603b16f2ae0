/** The first page: is the server well, what is in this Region, what is being restored. */

import { Page } from "../app/page";

export function Component() {
  return <Page title="Dashboard">-</Page>;
}
