/** Backups: the list, making and restoring one, and restoring a table to a point in time. */

import type { Feature } from "../app/features";

export const backups: Feature = {
  navigation: [
    {
      text: "Backups",
      group: "main",
      path: "backups",
      alsoAt: ["create-backup", "restore-backup"],
    },
  ],
  routes: [
    { path: "backups", page: () => import("./list-page") },
    { path: "create-backup", page: () => import("./create-page") },
    { path: "restore-backup", page: () => import("./restore-backup-page") },
    { path: "restore-to-point-in-time", page: () => import("./restore-to-point-in-time-page") },
  ],
};
