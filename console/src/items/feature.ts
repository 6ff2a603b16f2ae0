/** Explore items: find, open, create, change and delete the items of a table. */

import type { Feature } from "../app/features";

export const items: Feature = {
  navigation: [{ text: "Explore items", group: "main", path: "items" }],
  routes: [{ path: "items", page: () => import("./items-page") }],
};
