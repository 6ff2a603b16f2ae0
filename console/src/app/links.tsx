/**
 * Addresses of the pages and links to them.
 *
 * A path as `paths` makes it begins with the Region and has no `/console` in front; that is added
 * where it becomes an `href`. Cloudscape's links, buttons and navigation are given `useLink`, so
 * that a click stays in the page and "open in new tab" still works.
 */

import Link, { type LinkProps } from "@cloudscape-design/components/link";
import { useHref, useNavigate } from "react-router";

const segment = encodeURIComponent;

export const paths = {
  dashboard: (region: string) => `/${segment(region)}`,
  tables: (region: string) => `/${segment(region)}/tables`,
  createTable: (region: string) => `/${segment(region)}/create-table`,
  /** A tab of the details; without one the overview. */
  table: (region: string, tableName: string, tab?: string) =>
    `/${segment(region)}/tables/${segment(tableName)}${tab === undefined ? "" : `/${segment(tab)}`}`,
  items: (region: string, tableName?: string) =>
    `/${segment(region)}/items${query({ table: tableName })}`,
  partiql: (region: string) => `/${segment(region)}/partiql`,
  /** Of all tables, or of one. */
  backups: (region: string, tableName?: string) =>
    `/${segment(region)}/backups${query({ table: tableName })}`,
  createBackup: (region: string, tableName?: string) =>
    `/${segment(region)}/create-backup${query({ table: tableName })}`,
  restoreBackup: (region: string, backupArn: string) =>
    `/${segment(region)}/restore-backup${query({ arn: backupArn })}`,
  /** `at` in seconds since 1970; without it the form begins with the latest instant. */
  restoreToPointInTime: (region: string, tableName: string, at?: number) =>
    `/${segment(region)}/restore-to-point-in-time${query({ table: tableName, at })}`,
};

function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      search.set(name, String(value));
    }
  }
  return search.size === 0 ? "" : `?${search}`;
}

interface FollowEvent {
  preventDefault: () => void;
  detail: { href?: string | undefined; external?: boolean | undefined };
}

/** `href` and `onFollow` of a Cloudscape link or button that leads to a page of the console. */
export function useLink(): (path: string) => {
  href: string;
  onFollow: (event: FollowEvent) => void;
} {
  const navigate = useNavigate();
  const root = useHref("/").replace(/\/$/, "");
  return (path) => ({
    href: root + path,
    onFollow: (event) => {
      event.preventDefault();
      navigate(path);
    },
  });
}

/** Handler for components with many links, such as breadcrumbs: leads to the `href` clicked. */
export function useFollow(): (event: FollowEvent) => void {
  const navigate = useNavigate();
  const root = useHref("/").replace(/\/$/, "");
  return (event) => {
    const { href, external } = event.detail;
    if (href === undefined || external === true || !href.startsWith(`${root}/`)) {
      return;
    }
    event.preventDefault();
    navigate(href.slice(root.length));
  };
}

/** A text link to a page of the console. */
export function PageLink({
  to,
  children,
  ...rest
}: { to: string } & Omit<LinkProps, "href" | "onFollow">) {
  const link = useLink();
  return (
    <Link {...rest} {...link(to)}>
      {children}
    </Link>
  );
}
