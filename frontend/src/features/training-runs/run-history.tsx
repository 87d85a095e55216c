import type { Run, RunAttempt } from "@/api/training-types";
import { RUN_STATE_WORDS, shortRevision } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatBytes, formatCount, formatDateTime, formatDuration } from "@/components/formats";
import { SaidText } from "@/components/said-text";
import { Section } from "@/components/section";

import classes from "./run-page.module.css";

function outcomeOf({ outcome, exit_code: code, ended_at: endedAt }: RunAttempt): string {
  if (!endedAt) return "at work";
  const words = outcome === "" ? "ended" : outcome.replaceAll("_", " ");
  return code === null || code === 0 ? words : `${words}, exit code ${code}`;
}

const ATTEMPTS: Column<RunAttempt>[] = [
  { key: "number", header: "Attempt", isRowHeader: true, cell: ({ number }) => `Attempt ${number}` },
  { key: "host", header: "Worker", cell: ({ host }) => host },
  { key: "started", header: "Started", cell: ({ started_at: at }) => formatDateTime(at) },
  {
    key: "took",
    header: "Took",
    cell: ({ started_at: from, ended_at: to }) =>
      to ? formatDuration((Date.parse(to) - Date.parse(from)) / 1000) : "",
  },
  {
    key: "steps",
    header: "Steps",
    cell: ({ resumed_from_step: from, last_step: to }) => `${formatCount(from)} to ${formatCount(to)}`,
  },
  {
    key: "code",
    header: "Code",
    // Another one than the run was asked of where an upgrade came between.
    cell: ({ code_revision: revision }) => (revision === "" ? null : <code>{shortRevision(revision)}</code>),
  },
  {
    key: "memory",
    header: "Memory",
    isOneLine: true,
    // Main memory of its largest process, at its peak.
    cell: ({ peak_memory_bytes: bytes }) => (bytes === null ? null : formatBytes(bytes)),
  },
  {
    key: "outcome",
    header: "Outcome",
    cell: (attempt) => (
      <>
        {outcomeOf(attempt)}
        {attempt.detail !== "" && (
          <div className={classes.quiet}>
            <SaidText text={attempt.detail} what={`what ended attempt ${attempt.number}`} />
          </div>
        )}
      </>
    ),
  },
];

// What fits into a line or two beside who did it.
const INLINE_CHARACTERS = 160;

function Event({ event }: { event: Run["events"][number] }) {
  const { detail, actor } = event;
  const changes = event.from_state !== event.to_state;
  const isInline = detail.length <= INLINE_CHARACTERS && !detail.includes("\n");
  const said = changes && detail !== "";
  return (
    <div>
      {changes ? RUN_STATE_WORDS[event.to_state].label : detail || RUN_STATE_WORDS[event.to_state].label}
      <span className={classes.quiet}>
        , by {actor}
        {said && isInline && `: ${detail}`}
      </span>
      {said && !isInline && (
        <div className={classes.quiet}>
          <SaidText text={detail} what={`what ${actor} said`} />
        </div>
      )}
    </div>
  );
}

function Events({ events }: { events: Run["events"] }) {
  if (events.length === 0) {
    return (
      <Section title="What happened">
        <EmptyNote title="Nothing is recorded of this run">
          Every change of its state will stand here, with who made it and when.
        </EmptyNote>
      </Section>
    );
  }
  return (
    <Section title="What happened" isSheet>
      <ol className={classes.events}>
        {events.map((event, index) => (
          <li key={index}>
            <time className={classes.when} dateTime={event.happened_at}>
              {formatDateTime(event.happened_at)}
            </time>
            <Event event={event} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Every try at the run, and everything that happened to it. */
export function RunHistory({ run }: { run: Run }) {
  return (
    <>
      {run.attempts.length > 0 && (
        <Section title="Attempts">
          <DataTable
            caption="Attempts"
            columns={ATTEMPTS}
            rows={run.attempts}
            rowKey={({ number }) => number}
          />
        </Section>
      )}
      <Events events={run.events} />
    </>
  );
}
