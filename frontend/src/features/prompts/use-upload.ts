import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, done } from "@/api/client";
import type { PromptImportDetail } from "@/api/research-types";
import { bytesOf, uploadPieces } from "@/api/upload-pieces";
import type { SendPiece } from "@/api/upload-pieces";

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

/** Sends a file's missing pieces and says how many bytes are there. */
export function useUpload(prompts: PromptImportDetail) {
  const [numSent, setNumSent] = useState(0);
  const queryClient = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) => {
      // What is there is asked anew: the pieces may have been sent by another tab.
      const now = await queryClient.fetchQuery({ ...promptImportQuery(prompts.id), staleTime: 0 });
      const target = { send: sendTo(now.id), chunkBytes: now.chunk_bytes, uploaded: now.uploaded };
      await uploadPieces(file, target, setNumSent);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: promptImportQuery(prompts.id).queryKey }),
  });
  return { upload, numSent };
}
