import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLocation, useParams } from "react-router";

import { Facts } from "../facts";
import type { Fact } from "../facts";
import { formatBytes } from "../formats";
import { Loaded } from "../loaded";
import { Moment } from "../moment";
import { Section } from "../section";
import { ImportHeader } from "./import-header";
import { importQuery, useCancelImport, useImportUpload } from "./import-server";
import type { FoundImport, ImportServer } from "./import-server";
import { ImportUpload } from "./import-upload";
import { waitsForPieces } from "./upload-progress";

interface KindOfImport<Wanted, Found extends FoundImport> {
  server: ImportServer<Wanted, Found>;
  drop: { label: string; words: string; endings?: string };
  /** Where one goes from an import that is over; the file is at hand until the page is opened anew. */
  next: (found: Found, file: File | null) => ReactNode;
  /** How far it is and what it brought, once the file is here. */
  children: (found: Found) => ReactNode;
  /** What was chosen for it: in front of who began it when, and behind. */
  settings: (found: Found) => { first?: Fact[]; last?: Fact[] };
}

function ImportSettings({ found, first = [], last = [] }: { found: FoundImport; first?: Fact[]; last?: Fact[] }) {
  return (
    <Section title="Settings" isSheet>
      <Facts
        facts={[
          ...first,
          { name: "By", value: found.created_by_name },
          { name: "Begun", value: <Moment at={found.created_at} /> },
          { name: "Ended", value: found.finished_at && <Moment at={found.finished_at} /> },
          { name: "Size", value: formatBytes(found.num_bytes) },
          ...last,
        ]}
      />
    </Section>
  );
}

function ImportView<Wanted, Found extends FoundImport>({
  found,
  kind: { server, drop, next, children, settings },
}: {
  found: Found;
  kind: KindOfImport<Wanted, Found>;
}) {
  const location = useLocation();
  const file = (location.state as { file?: File } | null)?.file ?? null;
  const cancel = useCancelImport(server, found.id);
  const pieces = useImportUpload(server, found.id);
  return (
    <>
      <ImportHeader found={found} cancel={cancel} next={next(found, file)} />
      {waitsForPieces(found) ? (
        <ImportUpload found={found} file={file} pieces={pieces} drop={drop} />
      ) : (
        children(found)
      )}
      <ImportSettings found={found} {...settings(found)} />
    </>
  );
}

/** One import: its upload, then what its kind has to tell of it, and what was chosen for it. */
export function ImportPage<Wanted, Found extends FoundImport>(kind: KindOfImport<Wanted, Found>) {
  const importId = useParams().importId ?? "";
  const query = useQuery(importQuery(kind.server, importId));
  return <Loaded query={query}>{(found) => <ImportView found={found} kind={kind} />}</Loaded>;
}
