/**
 * The frame of a page's content: title, actions, and where it is in the console.
 *
 * Every page renders one `Page`. It sets the title of the document, hands its breadcrumbs to the
 * layout, and puts the focus of a screen reader at the new heading's page.
 */

import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { createContext, type ReactNode, useContext, useEffect } from "react";

/** A step on the way to the page; the last one is the page itself and has no path. */
export interface Crumb {
  text: string;
  path?: string;
}

/** What the layout offers to the pages in it. */
export const CrumbsContext = createContext<(crumbs: Crumb[]) => void>(() => {});

export type CrumbItem = BreadcrumbGroupProps.Item;

export interface PageProps {
  title: string;
  description?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** A short mark behind the title. */
  info?: ReactNode;
  /** The pages above this one. */
  above?: Required<Crumb>[];
  children: ReactNode;
}

export function Page({ title, description, actions, info, above = [], children }: PageProps) {
  const setCrumbs = useContext(CrumbsContext);
  const key = JSON.stringify(above);
  useEffect(() => {
    document.title = `${title} | Anywhen`;
    setCrumbs([...(JSON.parse(key) as Crumb[]), { text: title }]);
  }, [title, key, setCrumbs]);

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
