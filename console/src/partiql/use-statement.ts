/**
 * Runs a statement, page after page.
 *
 * Only a button runs one: a statement may write, so nothing asks again by itself. Where the pages
 * of a SELECT begin is kept, so that a person can go back.
 */

import { ExecuteStatementCommand } from "@aws-sdk/client-dynamodb";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useDynamoDB } from "../api/dynamodb";
import { failureOf } from "../api/errors";
import { formatCounted } from "../format/units";
import type { Item } from "../values/attribute-value";
import {
  type PastStatement,
  type Reading,
  rememberStatement,
  type Statement,
  statementInput,
} from "./statement";

export interface Answer {
  items: Item[];
  capacityUnits: number;
  hasMore: boolean;
  statement: Statement;
}

export interface Execution {
  running: boolean;
  answer: Answer | undefined;
  error: unknown;
  /** Asks again for a page that failed. Not of a first one: only a button runs a statement. */
  retry: (() => void) | undefined;
  /** The page that is looked at, counted from 0, and how many are known. */
  page: number;
  pages: number;
}

interface Asked {
  statement: Statement;
  reading: Reading;
  /** With what each page begins. */
  tokens: (string | undefined)[];
  page: number;
}

export function useStatement(onPast: (past: PastStatement[]) => void) {
  const dynamodb = useDynamoDB();
  const [asked, setAsked] = useState<Asked>();
  const [answer, setAnswer] = useState<Answer>();

  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: ({ statement, reading, tokens, page }: Asked) =>
      dynamodb.send(new ExecuteStatementCommand(statementInput(statement, reading, tokens[page]))),
    onSuccess: (reply, one) => {
      const items = reply.Items ?? [];
      const isNew = one.page === one.tokens.length - 1 && reply.NextToken !== undefined;
      setAsked({ ...one, tokens: isNew ? [...one.tokens, reply.NextToken] : one.tokens });
      setAnswer({
        items,
        capacityUnits: reply.ConsumedCapacity?.CapacityUnits ?? 0,
        hasMore: reply.NextToken !== undefined,
        statement: one.statement,
      });
      remember(one, formatCounted(items.length, "item"));
    },
    onError: (error, one) => remember(one, failureOf(error).code),
  });
  const remember = ({ statement, page }: Asked, outcome: string) => {
    if (page === 0) {
      onPast(rememberStatement({ ...statement, outcome, at_seconds: Date.now() / 1000 }));
    }
  };

  // The same for as long as nothing happens: typing the next statement draws no items again.
  const execution = useMemo(
    (): Execution => ({
      running: isPending,
      answer,
      error: error ?? undefined,
      retry: answer !== undefined && variables !== undefined ? () => mutate(variables) : undefined,
      page: asked?.page ?? 0,
      pages: asked?.tokens.length ?? 1,
    }),
    [isPending, answer, error, variables, mutate, asked],
  );
  const goTo = useCallback(
    (page: number) => {
      if (asked !== undefined && !isPending) {
        mutate({ ...asked, page });
      }
    },
    [asked, isPending, mutate],
  );
  return {
    execution,
    run: (statement: Statement, reading: Reading) => {
      if (!isPending) {
        setAnswer(undefined);
        mutate({ statement, reading, tokens: [undefined], page: 0 });
      }
    },
    goTo,
  };
}
