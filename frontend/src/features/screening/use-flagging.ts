import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { ownScreeningQuery } from "@/api/screening";
import type { TextToFlag } from "@/api/screening-types";

import { flagText, textsQuery } from "./screening-queries";

interface Said {
  index: number;
  isSensitive: boolean;
}

/** Where somebody begins: at the first text they have not answered, else at the first. */
export function firstOpen(texts: TextToFlag[]): number {
  const index = texts.findIndex(({ is_sensitive: said }) => said === null);
  return Math.max(0, index);
}

/**
 * One text after the other, each answer stored at once.
 *
 * The next text is shown without waiting for the server; an answer that could not be stored is
 * taken out again and its text comes back.
 */
export function useFlagging(screeningId: number | null, texts: TextToFlag[]) {
  const queryClient = useQueryClient();
  const { queryKey } = textsQuery(screeningId);
  const [index, setIndex] = useState(() => firstOpen(texts));

  const write = useCallback(
    (at: number, said: boolean | null) =>
      queryClient.setQueryData(queryKey, (before: TextToFlag[] | undefined) =>
        before?.map((text, place) => (place === at ? { ...text, is_sensitive: said } : text)),
      ),
    [queryClient, queryKey],
  );

  const store = useMutation({
    // One after the other: the last answer to a text is the one that counts.
    scope: { id: "flag-text" },
    mutationFn: ({ index: at, isSensitive }: Said) => {
      const text = texts[at];
      return text ? flagText(text.id, isSensitive) : Promise.resolve();
    },
    onMutate: ({ index: at, isSensitive }) => {
      const before = texts[at]?.is_sensitive ?? null;
      write(at, isSensitive);
      setIndex(Math.min(at + 1, texts.length - 1));
      return { before };
    },
    onError: (_error, { index: at }, context) => {
      write(at, context?.before ?? null);
      setIndex(at);
    },
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: ownScreeningQuery.queryKey, refetchType: "none" }),
  });

  return {
    index,
    text: texts[index],
    numAnswered: texts.filter(({ is_sensitive: said }) => said !== null).length,
    problem: store.isError ? store.error : null,
    say: (isSensitive: boolean) => store.mutate({ index, isSensitive }),
    back: () => setIndex((at) => Math.max(0, at - 1)),
    forward: () => setIndex((at) => Math.min(texts.length - 1, at + 1)),
  };
}

export type Flagging = ReturnType<typeof useFlagging>;
