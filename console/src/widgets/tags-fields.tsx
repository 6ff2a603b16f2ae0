/** Editor for tags: AWS's rules of keys and values are checked while typing. */

import FormField from "@cloudscape-design/components/form-field";
import TagEditor from "@cloudscape-design/components/tag-editor";
import type { TagForm } from "../forms/tags";

/** Of one resource. */
const TAGS_MAX = 50;

export function TagsFields({
  tags,
  onChange,
  problem,
}: {
  tags: readonly TagForm[];
  onChange: (tags: TagForm[], valid: boolean) => void;
  problem?: string | undefined;
}) {
  return (
    <FormField errorText={problem} stretch>
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
    </FormField>
  );
}
