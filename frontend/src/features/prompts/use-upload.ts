import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { PromptImportDetail } from "@/api/research-types";

import { promptImportQuery } from "./import-queries";
import { uploadPieces } from "./upload-pieces";

/** Sends a file's missing pieces and says how many bytes are there. */
export function useUpload(prompts: PromptImportDetail) {
  const [numSent, setNumSent] = useState(0);
  const queryClient = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) => {
      // What is there is asked anew: the pieces may have been sent by another tab.
      const now = await queryClient.fetchQuery({ ...promptImportQuery(prompts.id), staleTime: 0 });
      const target = { importId: now.id, chunkBytes: now.chunk_bytes, uploaded: now.uploaded };
      await uploadPieces(file, target, setNumSent);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: promptImportQuery(prompts.id).queryKey }),
  });
  return { upload, numSent };
}
