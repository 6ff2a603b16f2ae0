/** Editor for tags: AWS's rules of keys and values are checked while typing. */

import TagEditor from "@cloudscape-design/components/tag-editor";
import type { TagForm } from "../forms/tags";

/** Of one resource. */
const TAGS_MAX = 50;

export function TagsFields({
  tags,
  onChange,
}: {
  tags: readonly TagForm[];
  onChange: (tags: TagForm[], valid: boolean) => void;
}) {
  return (
    <TagEditor
      tags={tags}
      tagLimit={TAGS_MAX}
      i18nStrings={{
        keyPlaceholder: "Key",
        valuePlaceholder: "Value",
        emptyTags: "No tags.",
      }}
      onChange={({ detail }) =>
        onChange(
          detail.tags.map(({ key, value, existing, markedForRemoval }) => ({
            key,
            value,
            existing,
            ...(markedForRemoval === undefined ? {} : { markedForRemoval }),
          })),
          detail.valid,
        )
      }
    />
  );
}
