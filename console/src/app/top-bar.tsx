/**
 * The bar at the top: the server's name and health, the Region, the settings of this browser.
 *
 * The last place on the right is for who is signed in, once the server knows that.
 */

import TopNavigation, {
  type TopNavigationProps,
} from "@cloudscape-design/components/top-navigation";
import { Suspense, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { useServer } from "../api/server";
import { formatDuration } from "../format/units";
import { later } from "./later";
import { paths, useLink } from "./links";
import { type Appearance, setPreferences, type TimeZone, usePreferences } from "./preferences";
import { useRegion } from "./region";
import { regionChoices } from "./regions";

const OtherRegionModal = later(async () => (await import("./other-region-modal")).OtherRegionModal);

export function TopBar() {
  const region = useRegion();
  const link = useLink();
  const goTo = useGoToRegion();
  const [isAsking, setAsking] = useState(false);
  const utilities = [
    useHealthMenu(),
    useRegionMenu({ onChoose: goTo, onOther: () => setAsking(true) }),
    useSettingsMenu(),
  ];
  return (
    <>
      <TopNavigation
        identity={{ title: "Anywhen", ...link(paths.dashboard(region)) }}
        utilities={utilities}
        i18nStrings={{ overflowMenuTriggerText: "More", overflowMenuTitleText: "All" }}
      />
      {isAsking && (
        <Suspense fallback={null}>
          <OtherRegionModal
            onChoose={(other) => {
              setAsking(false);
              goTo(other);
            }}
            onDismiss={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  );
}

function useHealthMenu(): TopNavigationProps.Utility {
  const { data, isError } = useServer();
  const [text, iconName] = isError
    ? (["No answer", "status-negative"] as const)
    : data === undefined
      ? (["Connecting", "status-pending"] as const)
      : data.health.ok
        ? (["Healthy", "status-positive"] as const)
        : (["Unhealthy", "status-warning"] as const);
  const items = [
    { id: "version", text: `Version ${data?.version ?? "unknown"}` },
    ...(data === undefined
      ? []
      : [
          {
            id: "uptime",
            text: `Running for ${formatDuration(data.now_seconds - data.started_at_seconds)}`,
          },
        ]),
    ...(data?.health.reason === undefined ? [] : [{ id: "reason", text: data.health.reason }]),
  ];
  return {
    type: "menu-dropdown",
    text,
    iconName,
    ariaLabel: `Server: ${text}`,
    title: "Server",
    items: items.map((item) => ({ ...item, disabled: true })),
  };
}

function useGoToRegion(): (region: string) => void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (region) => navigate(sameSectionIn(region, pathname));
}

/** Of the entry that asks for a name; no Region has a space in its own. */
const OTHER = "another region";

function useRegionMenu({
  onChoose,
  onOther,
}: {
  onChoose: (region: string) => void;
  onOther: () => void;
}): TopNavigationProps.Utility {
  const region = useRegion();
  const { data } = useServer();
  const { used, others } = regionChoices(data?.regions ?? [], region);
  const item = (id: string) => ({
    id,
    text: id,
    itemType: "checkbox" as const,
    checked: id === region,
  });
  return {
    type: "menu-dropdown",
    text: region,
    iconName: "globe",
    ariaLabel: `Region: ${region}`,
    title: "Region",
    items: [
      ...used.map(item),
      { id: "others", text: "Other Regions", items: others.map(item) },
      { id: OTHER, text: "Another Region..." },
    ],
    onItemClick: ({ detail }) => (detail.id === OTHER ? onOther() : onChoose(detail.id)),
  };
}

/** The list or form that is open, but in another Region; what is in it is only in this one. */
export function sameSectionIn(region: string, pathname: string): string {
  const section = pathname.split("/")[2];
  return section === undefined || section === ""
    ? paths.dashboard(region)
    : `${paths.dashboard(region)}/${section}`;
}

function useSettingsMenu(): TopNavigationProps.Utility {
  const { appearance, timeZone } = usePreferences();
  const appearances: [Appearance, string][] = [
    ["system", "As the system"],
    ["light", "Light"],
    ["dark", "Dark"],
  ];
  const zones: [TimeZone, string][] = [
    ["local", "Local time"],
    ["utc", "UTC"],
  ];
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: "Settings",
    title: "Settings",
    items: [
      {
        id: "appearance",
        text: "Appearance",
        items: appearances.map(([id, text]) => ({
          id,
          text,
          itemType: "checkbox" as const,
          checked: id === appearance,
        })),
      },
      {
        id: "time-zone",
        text: "Times",
        items: zones.map(([id, text]) => ({
          id,
          text,
          itemType: "checkbox" as const,
          checked: id === timeZone,
        })),
      },
    ],
    onItemClick: ({ detail }) => {
      const chosenAppearance = appearances.find(([id]) => id === detail.id)?.[0];
      const chosenZone = zones.find(([id]) => id === detail.id)?.[0];
      setPreferences({
        ...(chosenAppearance === undefined ? {} : { appearance: chosenAppearance }),
        ...(chosenZone === undefined ? {} : { timeZone: chosenZone }),
      });
    },
  };
}
