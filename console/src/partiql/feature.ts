/** The PartiQL editor: statements on tables, and what they answer. */

import type { Feature } from "../app/features";

export const partiql: Feature = {
  navigation: [{ text: "PartiQL editor", group: "main", path: "partiql" }],
  routes: [{ path: "partiql", page: () => import("./partiql-page") }],
};
