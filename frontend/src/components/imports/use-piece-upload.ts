import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { uploadPieces } from "@/api/upload-pieces";
import type { SendPiece } from "@/api/upload-pieces";

import type { UploadedFile } from "./upload-progress";

/** Sends a file's missing pieces and says how many bytes are there. */
export function usePieceUpload({
  readNow,
  send,
  onSettled,
}: {
  /** What is there is asked anew: the pieces may have been sent by another tab. */
  readNow: () => Promise<UploadedFile>;
  send: SendPiece;
  onSettled: () => Promise<unknown>;
}) {
  const [numSent, setNumSent] = useState(0);
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const now = await readNow();
      await uploadPieces(file, { send, chunkBytes: now.chunk_bytes, uploaded: now.uploaded }, setNumSent);
    },
    onSettled,
  });
  return { upload, numSent };
}

export type PieceUpload = ReturnType<typeof usePieceUpload>;
