/**
 * The route table: `/` leads to the Region last used, everything else is below `/:region`.
 *
 * The declarative router and not the one with loaders: data is asked for by queries, and the
 * other would cost a tenth of what the first paint may weigh.
 */

import Spinner from "@cloudscape-design/components/spinner";
import { type ComponentType, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { features, type PageRoute } from "./features";
import { HomeRedirect } from "./home-redirect";
import { later } from "./later";
import "./leave-guard";
import { PageBoundary } from "./page-boundary";
import { useRegion } from "./region";
import { RegionFrame } from "./region-frame";

const notFound: PageRoute = { path: "*", page: () => import("./not-found-page") };

const pages = [...features.flatMap((feature) => feature.routes), notFound].map(
  ({ path, page }) => ({ path, Page: later(async () => (await page()).Component) }),
);

export function Router() {
  return (
    <BrowserRouter basename="/console">
      <AppRoutes />
    </BrowserRouter>
  );
}

/** Without a router of its own, so that a test can bring one. */
export function AppRoutes() {
  return (
    <Routes>
      <Route path="/" element={<HomeRedirect />} />
      <Route path="/:region" element={<RegionFrame />}>
        {pages.map(({ path, Page }) => (
          <Route
            key={path}
            path={path}
            element={
              <PageBoundary>
                <Suspense fallback={<Spinner size="large" />}>
                  <OfRegion Page={Page} />
                </Suspense>
              </PageBoundary>
            }
          />
        ))}
      </Route>
    </Routes>
  );
}

/** Another Region is another page: what was chosen or typed for one must not act on the other. */
function OfRegion({ Page }: { Page: ComponentType }) {
  return <Page key={useRegion()} />;
}
