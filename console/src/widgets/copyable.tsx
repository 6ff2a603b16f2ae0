/** A text that is there to be copied, such as an ARN. */

import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

export function Copyable({ text, what }: { text: string | undefined; what: string }) {
  if (text === undefined || text === "") {
    return <>-</>;
  }
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText={`${what} copied`}
      copyErrorText={`${what} could not be copied`}
    />
  );
}
