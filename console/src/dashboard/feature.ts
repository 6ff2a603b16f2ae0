/** The first page. */

import type { Feature } from "../app/features";

export const dashboard: Feature = {
  navigation: [{ text: "Dashboard", group: "main", path: "" }],
  routes: [{ path: "", page: () => import("./dashboard-page") }],
};
