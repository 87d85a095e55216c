import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import type { SendPiece } from "@/api/upload-pieces";
import type { IMPORT_STATE_WORDS } from "@/api/words";

import type { UploadedFile } from "./upload-progress";
import { usePieceUpload } from "./use-piece-upload";
import type { PieceUpload } from "./use-piece-upload";

const LIVE_EVERY_MS = 1_500;

/** What every import of an uploaded file tells of itself. */
export interface FoundImport extends UploadedFile {
  id: string;
  state: keyof typeof IMPORT_STATE_WORDS;
  is_dry_run: boolean;
  failure: string;
  created_by_name: string;
  created_at: string;
  finished_at: string | null;
}

/** Where one kind of import lives: on the server, in the cache and among the pages. */
export interface ImportServer<Wanted, Found extends FoundImport> {
  /** What the keys of its queries begin with. */
  name: string;
  /** The page that begins one; those of single ones lie below it. */
  page: string;
  read: (importId: string, signal: AbortSignal) => Promise<Found>;
  open: (wanted: Wanted) => Promise<Found>;
  cancel: (importId: string) => Promise<Found>;
  send: (importId: string) => SendPiece;
}

/** Whether it still goes on, or is going to. */
export function isLiveImport({ state }: { state: string }): boolean {
  return state === "queued" || state === "running";
}

export function importQuery<Wanted, Found extends FoundImport>(
  { name, read }: ImportServer<Wanted, Found>,
  importId: string,
) {
  return queryOptions<Found>({
    queryKey: [name, "one", importId],
    queryFn: ({ signal }) => read(importId, signal),
    refetchInterval: ({ state: { data } }) => (data && isLiveImport(data) ? LIVE_EVERY_MS : false),
  });
}

function useStoreImport<Found extends FoundImport>(name: string) {
  const queryClient = useQueryClient();
  return async (found: Found) => {
    queryClient.setQueryData([name, "one", found.id], found);
    await queryClient.invalidateQueries({ queryKey: [name, "list"] });
  };
}

/** Announces the file and goes to the page that uploads it: an address of its own can be left and come back to. */
export function useBeginImport<Wanted, Found extends FoundImport>(server: ImportServer<Wanted, Found>) {
  const navigate = useNavigate();
  const open = useMutation({ mutationFn: server.open, onSuccess: useStoreImport<Found>(server.name) });
  return {
    open,
    begin: (wanted: Wanted, file: File) =>
      open.mutate(wanted, {
        onSuccess: ({ id }) => void navigate(`${server.page}/${id}`, { state: { file } }),
      }),
  };
}

export function useCancelImport<Wanted, Found extends FoundImport>(
  server: ImportServer<Wanted, Found>,
  importId: string,
) {
  return useMutation<Found, Error, void>({
    mutationFn: () => server.cancel(importId),
    onSuccess: useStoreImport<Found>(server.name),
  });
}

export function useImportUpload<Wanted, Found extends FoundImport>(
  server: ImportServer<Wanted, Found>,
  importId: string,
): PieceUpload {
  const queryClient = useQueryClient();
  const query = importQuery(server, importId);
  return usePieceUpload({
    readNow: () => queryClient.fetchQuery({ ...query, staleTime: 0 }),
    send: server.send(importId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: query.queryKey }),
  });
}
