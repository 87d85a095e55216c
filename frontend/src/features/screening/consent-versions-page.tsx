import { Button, Group, Textarea, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { ConsentVersion } from "@/api/screening-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { MarkdownText } from "@/components/markdown-text";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { consentVersionsQuery, usePublishConsent } from "./screening-queries";
import classes from "./screening.module.css";

const SHOWN_FIELDS = ["title", "body"];

const COLUMNS: Column<ConsentVersion>[] = [
  { key: "version", header: "Version", isRowHeader: true, cell: ({ version }) => version },
  { key: "title", header: "Title", cell: ({ title }) => title },
  { key: "agreed", header: "Agreed", align: "end", cell: ({ num_agreed: count }) => formatCount(count) },
  { key: "author", header: "Published by", cell: ({ author_name: name }) => name },
  { key: "at", header: "Published", cell: ({ created_at: at }) => <Moment at={at} /> },
];

type NewestText = Pick<ConsentVersion, "version" | "title" | "body">;

const NONE_YET: NewestText = { version: 0, title: "", body: "" };

/** Writes the next version, beginning with the words of the one that counts now. */
function PublishForm({ newest }: { newest: NewestText }) {
  const [title, setTitle] = useState(newest.title);
  const [body, setBody] = useState(newest.body);
  const publish = usePublishConsent();
  const messages = publish.error instanceof ApiError ? publish.error.fields : {};
  const isEmpty = title.trim() === "" || body.trim() === "";
  const isSame = title.trim() === newest.title && body === newest.body;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    publish.mutate({ title: title.trim(), body });
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {publish.isError && (
        <ProblemNote error={publish.error} title="Nothing was published" shownFields={SHOWN_FIELDS} />
      )}
      <TextInput
        label="Title"
        maxLength={160}
        value={title}
        error={messages.title?.join(" ")}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label="What labelers agree to"
        description="Read as Markdown. A version never changes once it is published."
        autosize
        minRows={8}
        maxRows={24}
        maxLength={100_000}
        value={body}
        error={messages.body?.join(" ")}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
      <Group>
        <Button
          type="submit"
          disabled={isEmpty || isSame}
          loading={publish.isPending}
        >
          Publish version {newest.version + 1}
        </Button>
      </Group>
    </form>
  );
}

function Versions({ rows }: { rows: ConsentVersion[] }) {
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const newest = rows[0];
  return (
    <>
      {newest ? (
        <>
          <div className={classes.list}>
            <DataTable caption="Versions" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
          </div>
          <Section title={`Version ${newest.version} as labelers read it`} isSheet>
            <MarkdownText text={newest.body} />
          </Section>
        </>
      ) : (
        <EmptyNote title="Nobody is asked for consent yet">
          Once a version is published, labelers agree to it before their next task.
        </EmptyNote>
      )}
      {isAdmin && (
        <Section
          title="Publish a version"
          note="Every labeler is asked again before their next task; a task in hand may be finished."
          isSheet
        >
          <PublishForm key={newest?.version ?? 0} newest={newest ?? NONE_YET} />
        </Section>
      )}
    </>
  );
}

/** What labelers agree to before they work, in versions. */
export function ConsentVersionsPage() {
  const versions = useInfiniteQuery(consentVersionsQuery);
  return (
    <>
      <PageHeader title="Consent">
        What labelers agree to before they work. Who does not agree simply gets no tasks.
      </PageHeader>
      <Loaded query={versions} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => (
          <>
            <Versions rows={rows} />
            <MoreButton list={versions} />
          </>
        )}
      </Loaded>
    </>
  );
}
