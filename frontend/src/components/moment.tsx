import { formatAgo, formatDateTime } from "./formats";

/** A moment as how long ago it was; the exact time on hover and for machines. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatDateTime(at)} style={{ whiteSpace: "nowrap" }}>
      {formatAgo(at)}
    </time>
  );
}
