/** The tables of the Region. */

import { Page } from "../app/page";

export function Component() {
  return <Page title="Tables">-</Page>;
}
