import { Alert } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { IMPORT_STATE_WORDS } from "@/api/words";

import { ConfirmButton } from "../confirm-button";
import { PageHeader } from "../page-header";
import { ProblemNote } from "../problem-note";
import { ToneBadge } from "../tone-badge";
import { isLiveImport } from "./import-server";
import type { FoundImport } from "./import-server";
import { waitsForPieces } from "./upload-progress";

const NOT_HERE = { label: "Not all here yet", tone: "active", icon: "waiting" } as const;

/** Which file it is, how far it is, why it ended early, and what can be done: end it, or go on. */
export function ImportHeader({
  found,
  cancel,
  next,
}: {
  found: FoundImport;
  cancel: UseMutationResult<unknown, Error, void>;
  /** Where one goes from an import that is over. */
  next: ReactNode;
}) {
  const actions = isLiveImport(found) ? (
    <ConfirmButton
      label="Cancel the import"
      question="Cancel this import?"
      consequence="What is stored stays; the rest of the file is not read."
      confirmLabel="Cancel it"
      isPending={cancel.isPending}
      onConfirm={() => cancel.mutate()}
    />
  ) : (
    next
  );
  return (
    <>
      <PageHeader title={`Import of ${found.file_name}`} actions={actions}>
        <ToneBadge {...(waitsForPieces(found) ? NOT_HERE : IMPORT_STATE_WORDS[found.state])} />{" "}
        {found.is_dry_run && "Only tried: nothing is stored."}
      </PageHeader>
      {cancel.isError && <ProblemNote error={cancel.error} title="It was not cancelled" />}
      {found.failure && (
        <Alert color="red" title="The import ended early" mb="lg">
          {found.failure}
        </Alert>
      )}
    </>
  );
}
