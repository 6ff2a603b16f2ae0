/** Tables: the list, the form that creates one, and the details of one with its tabs. */

import type { Feature } from "../app/features";

export const tables: Feature = {
  navigation: [
    {
      text: "Tables",
      group: "main",
      path: "tables",
      alsoAt: ["create-table", "restore-to-point-in-time"],
    },
  ],
  routes: [
    { path: "tables", page: () => import("./list-page") },
    { path: "create-table", page: () => import("./create-page") },
    { path: "tables/:tableName/:tab?", page: () => import("./details/details-page") },
  ],
};
