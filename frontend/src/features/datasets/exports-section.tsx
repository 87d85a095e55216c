import { Alert, Anchor, Button, Checkbox, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Export } from "@/api/training-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatBytes, formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { ProblemNote } from "@/components/problem-note";
import { ProgressLine } from "@/components/progress-line";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { exportsQuery, isLiveExport, useRequestExport } from "./export-queries";

type ExportFile = Export["produced"][number];

function filesOf(exportId: string): Column<ExportFile>[] {
  return [
    {
      key: "name",
      header: "File",
      isRowHeader: true,
      cell: ({ name }) => (
        <Anchor href={`/api/exports/${exportId}/files/${name}`} download>
          {name}
        </Anchor>
      ),
    },
    { key: "rows", header: "Rows", align: "end", cell: ({ rows }) => (rows === null ? null : formatCount(rows)) },
    { key: "size", header: "Size", align: "end", cell: ({ bytes }) => formatBytes(bytes) },
  ];
}

/** What an export that failed said, and the way to the same one again. */
function FailedExport({ found, onAgain }: { found: Export; onAgain: () => void }) {
  return (
    <Alert color="red" title="The export failed" role="alert" mb="md">
      {found.failure} Nothing of it was kept and the snapshot is as it was.
      <Group mt="sm" gap="sm">
        <Button variant="default" onClick={onAgain}>
          Export again
        </Button>
        <span>
          Asked for by {found.created_by.display_name} <Moment at={found.created_at} />
        </span>
      </Group>
    </Alert>
  );
}

function ExportView({ found, onAgain }: { found: Export; onAgain: () => void }) {
  if (isLiveExport(found)) {
    return (
      <ProgressLine
        share={found.num_records_done / found.num_records}
        label="Records written"
        words={found.state === "queued" ? "Waiting for a worker" : "Writing"}
        more={`${formatCount(found.num_records_done)} of ${formatCount(found.num_records)} records`}
      />
    );
  }
  if (found.state === "failed") return <FailedExport found={found} onAgain={onAgain} />;
  return (
    <details>
      <summary>
        {formatCount(found.produced.length)} files, asked for by {found.created_by.display_name}{" "}
        <Moment at={found.created_at} />
      </summary>
      <DataTable
        caption="Files of the export"
        columns={filesOf(found.id)}
        rows={found.produced}
        rowKey={({ name }) => name}
      />
    </details>
  );
}

/** The snapshot as files for other tools: asked for, watched, and downloaded one by one. */
export function ExportsSection({ snapshotId }: { snapshotId: string }) {
  const exports = useQuery(exportsQuery(snapshotId));
  const request = useRequestExport(snapshotId);
  const [forms, setForms] = useState({ csv: false, parquet: false });
  const [isCompressed, setIsCompressed] = useState(false);
  const wanted = (["csv", "parquet"] as const).filter((form) => forms[form]);
  return (
    <Section
      title="For other tools"
      note="Files that datasets and TRL load as they are, with a data card. Labelers are only numbered."
      isSheet
    >
      {request.isError && <ProblemNote error={request.error} title="The export could not begin" />}
      <Group gap="md" mb="md">
        <Button
          loading={request.isPending}
          onClick={() => request.mutate({ forms: wanted, is_compressed: isCompressed })}
        >
          Export
        </Button>
        <Checkbox
          label="CSV too"
          checked={forms.csv}
          onChange={(event) => setForms({ ...forms, csv: event.currentTarget.checked })}
        />
        <Checkbox
          label="Parquet too"
          checked={forms.parquet}
          onChange={(event) => setForms({ ...forms, parquet: event.currentTarget.checked })}
        />
        <Checkbox
          label="Gzip the lines of JSON"
          checked={isCompressed}
          onChange={(event) => setIsCompressed(event.currentTarget.checked)}
        />
      </Group>
      <Loaded query={exports} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="Nothing was exported yet">
              An export runs in the background; its files stay here to be downloaded again.
            </EmptyNote>
          ) : (
            rows.map((found) => (
              <ExportView
                key={found.id}
                found={found}
                onAgain={() =>
                  request.mutate({ forms: found.forms, is_compressed: found.is_compressed })
                }
              />
            ))
          )
        }
      </Loaded>
    </Section>
  );
}
