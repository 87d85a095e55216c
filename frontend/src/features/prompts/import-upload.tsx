import { useEffect, useRef } from "react";

import { sentenceFor } from "@/api/errors";
import type { PromptImportDetail } from "@/api/research-types";
import { FileDrop } from "@/components/file-drop";
import { formatBytes } from "@/components/formats";
import { ProgressLine } from "@/components/progress-line";

import classes from "./import-prompts.module.css";
import { PROMPT_FILES } from "./prompt-words";
import { useUpload } from "./use-upload";

function uploadedBytes({ num_bytes: size, chunk_bytes: chunk, uploaded }: PromptImportDetail): number {
  return uploaded.reduce((sum, position) => sum + Math.min(chunk, size - position * chunk), 0);
}

/** Whether the server still waits for pieces of the file. */
export function waitsForPieces(prompts: PromptImportDetail): boolean {
  return prompts.state === "queued" && uploadedBytes(prompts) < prompts.num_bytes;
}

/** Uploads the file at hand; after a reload it asks for the file again and sends what is missing. */
export function ImportUpload({ prompts, file }: { prompts: PromptImportDetail; file: File | null }) {
  const { upload, numSent } = useUpload(prompts);
  const hasBegun = useRef(false);

  useEffect(() => {
    if (!file || hasBegun.current) return;
    hasBegun.current = true;
    upload.mutate(file);
  }, [file, upload]);

  const sent = Math.max(numSent, uploadedBytes(prompts));
  return (
    <div className={classes.upload}>
      <ProgressLine
        label="Upload"
        share={sent / prompts.num_bytes}
        words={`${formatBytes(sent)} of ${formatBytes(prompts.num_bytes)} uploaded`}
        isQuiet={!upload.isPending}
      />
      {!upload.isPending && !upload.isSuccess && (
        <>
          <p role={upload.isError ? "alert" : undefined}>
            {upload.isError && `${sentenceFor(upload.error)} `}
            Choose {prompts.file_name} again: only the missing pieces are sent.
          </p>
          <FileDrop
            file={null}
            label="File of prompts"
            words="Drop a JSON Lines or CSV file here"
            endings={PROMPT_FILES}
            onChoose={(chosen) => {
              if (chosen) upload.mutate(chosen);
            }}
          />
        </>
      )}
    </div>
  );
}
