/** Tags as a form has them, and the changes they stand for. */

import type { Tag } from "@aws-sdk/client-dynamodb";

export interface TagForm {
  key: string;
  value: string;
  /** The resource has it already. */
  existing: boolean;
  markedForRemoval?: boolean;
}

export function tagForms(tags: readonly Tag[]): TagForm[] {
  return tags.map((tag) => ({ key: tag.Key ?? "", value: tag.Value ?? "", existing: true }));
}

/** The tags of a new resource. */
export function tagsInput(forms: readonly TagForm[]): Tag[] {
  return forms
    .filter((form) => form.markedForRemoval !== true)
    .map(({ key, value }) => ({ Key: key, Value: value }));
}

export interface TagChanges {
  put: Tag[];
  remove: string[];
}

/** From the tags a resource has to those the form asks for. A tag that stays as it is is in neither. */
export function tagChanges(before: readonly Tag[], forms: readonly TagForm[]): TagChanges {
  const had = new Map(before.map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
  const wanted = new Map(tagsInput(forms).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
  return {
    put: [...wanted]
      .filter(([key, value]) => had.get(key) !== value)
      .map(([Key, Value]) => ({ Key, Value })),
    remove: [...had.keys()].filter((key) => !wanted.has(key)),
  };
}
