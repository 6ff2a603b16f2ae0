/** The frame around every page: top navigation, side navigation, breadcrumbs and messages. */

import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import SideNavigation, {
  type SideNavigationProps,
} from "@cloudscape-design/components/side-navigation";
import { useEffect, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { useRefreshWhenBack, useServer } from "../api/server";
import { features, GROUPS, type NavigationEntry } from "./features";
import { rememberRegion } from "./last-region";
import { paths, useFollow, useLink } from "./links";
import { Notifications } from "./notifications";
import { type Crumb, type Frame, FrameContext } from "./page";
import { useRegion } from "./region";
import { isRegion } from "./regions";
import { TopBar } from "./top-bar";

export function Layout() {
  const region = useRegion();
  const [frame, setFrame] = useState<Frame>({ crumbs: [], kind: "default" });
  const [navigationOpen, setNavigationOpen] = useState(hasRoomForNavigation);
  const { data: server } = useServer();
  const isKnown = isRegion(region, server?.regions ?? []);
  useEffect(() => {
    if (isKnown) {
      rememberRegion(region);
    }
  }, [isKnown, region]);
  useRefreshWhenBack();

  return (
    <FrameContext.Provider value={setFrame}>
      <div id="top-bar">
        <TopBar />
      </div>
      <AppLayout
        headerSelector="#top-bar"
        navigation={<Navigation />}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        breadcrumbs={<Breadcrumbs crumbs={frame.crumbs} />}
        notifications={<Notifications />}
        content={<Outlet />}
        contentType={frame.kind}
        toolsHide
        ariaLabels={{
          navigation: "Navigation",
          navigationClose: "Close navigation",
          navigationToggle: "Open navigation",
          notifications: "Messages",
        }}
      />
    </FrameContext.Provider>
  );
}

/** On a narrow screen it would cover the page. */
function hasRoomForNavigation(): boolean {
  return window.innerWidth >= 1000;
}

function Navigation() {
  const region = useRegion();
  const link = useLink();
  const follow = useFollow();
  const { pathname } = useLocation();
  const entries = features.flatMap((feature) => feature.navigation);
  const href = (entry: NavigationEntry) =>
    link(entry.path === "" ? paths.dashboard(region) : `${paths.dashboard(region)}/${entry.path}`)
      .href;

  const items = GROUPS.map((group) => entries.filter((entry) => entry.group === group))
    .filter((group) => group.length > 0)
    .flatMap((group, index): SideNavigationProps.Item[] => [
      ...(index === 0 ? [] : [{ type: "divider" as const }]),
      ...group.map((entry) => ({ type: "link" as const, text: entry.text, href: href(entry) })),
    ]);

  const first = pathname.split("/")[2] ?? "";
  const active = entries.find((entry) => entry.path === first || entry.alsoAt?.includes(first));
  return (
    <SideNavigation
      header={{ text: "Anywhen", href: link(paths.dashboard(region)).href }}
      items={items}
      {...(active === undefined ? {} : { activeHref: href(active) })}
      onFollow={follow}
    />
  );
}

function Breadcrumbs({ crumbs }: { crumbs: Crumb[] }) {
  const region = useRegion();
  const link = useLink();
  const follow = useFollow();
  const items = [{ text: "Anywhen", path: paths.dashboard(region) }, ...crumbs].map((crumb) => ({
    text: crumb.text,
    href: crumb.path === undefined ? "#" : link(crumb.path).href,
  }));
  return <BreadcrumbGroup items={items} onFollow={follow} ariaLabel="Breadcrumbs" />;
}
