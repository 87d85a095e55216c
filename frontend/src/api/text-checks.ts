import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import type { TextCheck } from "./types";

const WAIT_MS = 400;
const KEEP_MS = 60_000;

/**
 * What the server says of a text while it is written: its length in tokens, and an earlier answer in
 * the same words. Undefined while that is not known; the server decides again when it is sent.
 */
export function useTextCheck(text: string, assignment: string | null = null): TextCheck | undefined {
  const [settled] = useDebouncedValue(text, WAIT_MS);
  const check = useQuery({
    queryKey: ["text-check", assignment, settled],
    queryFn: ({ signal }) =>
      bodyOf(api.POST("/api/text-checks/", { body: { text: settled, assignment }, signal })),
    enabled: settled !== "",
    // Between two counts the last one stands, so that the line does not flicker.
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: KEEP_MS,
    retry: false,
  });
  return settled === "" || text === "" ? undefined : check.data;
}
