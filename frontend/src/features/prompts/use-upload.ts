import { useQueryClient } from "@tanstack/react-query";

import { api, done } from "@/api/client";
import { bytesOf } from "@/api/upload-pieces";
import type { SendPiece } from "@/api/upload-pieces";
import { usePieceUpload } from "@/components/imports/use-piece-upload";
import type { PieceUpload } from "@/components/imports/use-piece-upload";

import { promptImportQuery } from "./import-queries";

function sendTo(importId: string): SendPiece {
  return (position, piece) =>
    done(
      api.PUT("/api/prompt-imports/{import_id}/chunks/{position}/", {
        params: { path: { import_id: importId, position } },
        ...bytesOf(piece),
      }),
    );
}

export function useUpload(importId: string): PieceUpload {
  const queryClient = useQueryClient();
  const query = promptImportQuery(importId);
  return usePieceUpload({
    readNow: () => queryClient.fetchQuery({ ...query, staleTime: 0 }),
    send: sendTo(importId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: query.queryKey }),
  });
}
