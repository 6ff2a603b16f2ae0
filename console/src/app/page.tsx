/**
 * The frame of a page's content: title, actions, and where it is in the console.
 *
 * Every page renders one `Page`. It sets the title of the document and tells the layout what it is.
 */

import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { createContext, type ReactNode, useContext, useEffect } from "react";

/** A step on the way to the page; the last one is the page itself and has no path. */
export interface Crumb {
  text: string;
  path?: string;
}

/** A form is narrower than other pages; a table fills the page and has the title in its own header. */
export type PageKind = "default" | "form" | "table";

/** What the layout has to know of the page in it. */
export interface Frame {
  crumbs: Crumb[];
  kind: PageKind;
}

export const FrameContext = createContext<(frame: Frame) => void>(() => {});

export interface PageProps {
  title: string;
  /**
   * Of a `table` the page shows no header: its table has the variant `full-page` and a header of the
   * variant `h1`.
   */
  kind?: PageKind;
  description?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** A short mark behind the title. */
  info?: ReactNode;
  /** The pages above this one. */
  above?: Required<Crumb>[];
  children: ReactNode;
}

export function Page({
  title,
  kind = "default",
  description,
  actions,
  info,
  above = [],
  children,
}: PageProps) {
  const setFrame = useContext(FrameContext);
  const key = JSON.stringify(above);
  useEffect(() => {
    document.title = `${title} | Anywhen`;
    setFrame({ kind, crumbs: [...(JSON.parse(key) as Crumb[]), { text: title }] });
  }, [title, kind, key, setFrame]);

  if (kind === "table") {
    return children;
  }
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions} info={info}>
          {title}
        </Header>
      }
    >
      {children}
    </ContentLayout>
  );
}
