import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import type { SnapshotPreview } from "@/api/training-types";
import { formatCount } from "@/components/formats";
import { LoadingShape } from "@/components/loading-shape";
import { ProblemNote } from "@/components/problem-note";

import { FreezeButton } from "./freeze-button";
import { countsInWords, requestOf } from "./freeze-form";
import type { FreezeForm } from "./freeze-form";
import classes from "./freeze.module.css";
import { previewQuery } from "./snapshot-queries";

const PREVIEW_AFTER_MS = 400;

function Counts({ preview, isStale }: { preview: SnapshotPreview; isStale: boolean }) {
  return (
    <div className={isStale ? classes.stale : undefined} aria-busy={isStale}>
      <dl className={classes.counts}>
        {countsInWords(preview.counts).map(({ name, count }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      {preview.problems.length > 0 && (
        <ul className={classes.problems} aria-label="Worth knowing first">
          {preview.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What freezing now would store, counted by the server while the form is filled in. */
export function FreezePreview({ form }: { form: FreezeForm }) {
  const request = requestOf(form);
  // The name changes nothing that is counted, and the server wants one.
  const [counted] = useDebouncedValue({ ...request, name: "Preview" }, PREVIEW_AFTER_MS);
  const canCount = counted.kind !== "pretrain" || (counted.text ?? "").trim() !== "";
  const preview = useQuery({ ...previewQuery(counted), enabled: canCount });

  return (
    <aside className={classes.preview} aria-label="What would be frozen">
      <h2>Now this would freeze</h2>
      {canCount && preview.isPending && <LoadingShape height={120} mb="md" />}
      {preview.isError && <ProblemNote error={preview.error} title="It cannot be counted" />}
      {preview.data && <Counts preview={preview.data} isStale={preview.isPlaceholderData} />}
      <FreezeButton form={form} />
    </aside>
  );
}
