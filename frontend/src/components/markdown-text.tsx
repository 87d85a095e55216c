import { lazy, memo, Suspense } from "react";

import { ReadText } from "./read-text";

const MarkdownView = lazy(async () => ({ default: (await import("./markdown-view")).MarkdownView }));

/**
 * Somebody's text, read as the Markdown it is mostly written in, or raw.
 *
 * Raw is its source in fixed width. Both name invisible characters, and neither obeys any markup of
 * the text. The code that reads Markdown comes with the first text; the source stands until then.
 */
export const MarkdownText = memo(function MarkdownText({
  text,
  isRaw = false,
}: {
  text: string;
  isRaw?: boolean;
}) {
  if (isRaw) return <ReadText text={text} isFixedWidth />;
  return (
    <Suspense fallback={<ReadText text={text} />}>
      <MarkdownView text={text} />
    </Suspense>
  );
});
