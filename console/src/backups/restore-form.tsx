/** The frame of either restore: state, checks, the request, and where it leads. */

import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { dynamodbClient } from "../api/dynamodb";
import { failureOf } from "../api/errors";
import { restoresKey } from "../api/restores";
import { useRefreshTable } from "../api/tables";
import { paths, useLink } from "../app/links";
import { useNotify } from "../app/notifications";
import { useRegion } from "../app/region";
import type { Micros } from "../forms/instant";
import {
  hasRestoreProblem,
  newRestoreForm,
  type RestoreForm,
  type RestoreSource,
  restoreProblems,
} from "../forms/restore";
import { FailureText } from "../widgets/failure";
import { finishRestore } from "./finish-restore";
import type { MomentChoice } from "./moment";
import {
  messagesThatHold,
  NO_MESSAGES,
  type RestoreMessages,
  restoreMessages,
} from "./restore-messages";
import { RestoreOptions, type RestoreSectionProps } from "./restore-sections";

interface Sent {
  form: RestoreForm;
  moment: Micros | MomentChoice | undefined;
}

/** What the server said to what was sent. */
interface Refusal extends Sent {
  error: unknown;
}

export function RestoreFormFrame({
  source,
  above,
  ready = true,
  moment,
  cancelPath,
  send,
}: {
  source: RestoreSource;
  /** What comes before the options: the name, and what is restored. */
  above: (props: RestoreSectionProps, tried: boolean) => ReactNode;
  /** Whether what is asked for above is filled in. */
  ready?: boolean;
  /** What the source is restored to, if that is chosen above. */
  moment?: Micros | MomentChoice | undefined;
  cancelPath: string;
  send: (client: ReturnType<typeof dynamodbClient>, form: RestoreForm) => Promise<unknown>;
}) {
  const here = useRegion();
  const notify = useNotify();
  const navigate = useNavigate();
  const link = useLink();
  const queries = useQueryClient();
  const refresh = useRefreshTable();
  const [form, setForm] = useState(() => newRestoreForm(source));
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const place = useRef<HTMLDivElement>(null);
  const found = restoreProblems(source, form);

  const restore = useMutation({
    mutationFn: (sent: Sent) => send(dynamodbClient(sent.form.region ?? here), sent.form),
    onSuccess: async (_, { form: sent }) => {
      const region = sent.region ?? here;
      const changed = async (tableName: string) => {
        await Promise.all([
          refresh(tableName),
          queries.invalidateQueries({ queryKey: restoresKey(region) }),
        ]);
      };
      void finishRestore(dynamodbClient(region), { region, tableName: sent.name }, notify, changed);
      await changed(sent.name);
      navigate(paths.tables(region));
    },
    onError: (error, sent) => {
      setRefusal({ error, ...sent });
      focusFirstProblem(place.current);
    },
  });

  const submit = () => {
    setTried(true);
    setRefusal(undefined);
    if (hasRestoreProblem(found) || !ready) {
      focusFirstProblem(place.current);
      return;
    }
    restore.mutate({ form, moment });
  };

  const section: RestoreSectionProps = {
    source,
    form,
    change: (part) => setForm((before) => ({ ...before, ...part })),
    problems: tried ? found : {},
    messages:
      refusal === undefined ? NO_MESSAGES : messagesAbout(refusal, source, { form, moment }),
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div ref={place}>
        <Form
          errorText={
            refusal === undefined ? undefined : <FailureText failure={failureOf(refusal.error)} />
          }
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" {...link(cancelPath)}>
                Cancel
              </Button>
              <Button variant="primary" loading={restore.isPending}>
                Restore table
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {above(section, tried)}
            <RestoreOptions {...section} />
          </SpaceBetween>
        </Form>
      </div>
    </form>
  );
}

function messagesAbout(
  refusal: Refusal,
  source: RestoreSource,
  { form, moment }: Sent,
): RestoreMessages {
  const all = restoreMessages(refusal.error, source, refusal.form);
  const held = messagesThatHold(all, refusal.form, form);
  return refusal.moment === moment ? held : { ...held, instant: undefined };
}

/** The fields show their problems with the next paint. */
function focusFirstProblem(place: HTMLElement | null): void {
  requestAnimationFrame(() => {
    const field = place?.querySelector<HTMLElement>("[aria-invalid='true']");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  });
}
