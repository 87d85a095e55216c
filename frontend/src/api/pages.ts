import { infiniteQueryOptions } from "@tanstack/react-query";

import type { Page } from "./research-types";

type FetchPage<Row> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>;

/** A list that grows page by page; the rows of all pages fetched so far, in order. */
export function listQuery<Row>(queryKey: readonly unknown[], fetchPage: FetchPage<Row>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam ?? undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Row>) => page.next,
    select: ({ pages }) => pages.flatMap((page) => page.results),
  });
}

const MAX_PAGES = 20;

/** Every row of a list that people choose from; such lists are short. */
export async function allRows<Row>(fetchPage: (cursor?: string) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await fetchPage(cursor);
    rows.push(...page.results);
    if (page.next === null) break;
    cursor = page.next;
  }
  return rows;
}
