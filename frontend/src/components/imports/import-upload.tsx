import { useEffect, useRef } from "react";

import { sentenceFor } from "@/api/errors";

import { FileDrop } from "../file-drop";
import { formatBytes } from "../formats";
import { ProgressLine } from "../progress-line";
import classes from "./imports.module.css";
import { uploadedBytes } from "./upload-progress";
import type { UploadedFile } from "./upload-progress";
import type { PieceUpload } from "./use-piece-upload";

/** Uploads the file at hand; after a reload it asks for the file again and sends what is missing. */
export function ImportUpload({
  found,
  file,
  pieces: { upload, numSent },
  drop,
}: {
  found: UploadedFile;
  file: File | null;
  pieces: PieceUpload;
  drop: { label: string; words: string; endings?: string };
}) {
  const hasBegun = useRef(false);
  useEffect(() => {
    if (!file || hasBegun.current) return;
    hasBegun.current = true;
    upload.mutate(file);
  }, [file, upload]);
  const sent = Math.max(numSent, uploadedBytes(found));
  return (
    <div className={classes.upload}>
      <ProgressLine
        label="Upload"
        share={sent / found.num_bytes}
        words={`${formatBytes(sent)} of ${formatBytes(found.num_bytes)} uploaded`}
        isQuiet={!upload.isPending}
      />
      {upload.isPending && <p>Keep this page open until the whole file is here; then it goes on alone.</p>}
      {!upload.isPending && !upload.isSuccess && (
        <>
          <p role={upload.isError ? "alert" : undefined}>
            {upload.isError && `${sentenceFor(upload.error)} `}
            Choose {found.file_name} again: only the missing pieces are sent.
          </p>
          <FileDrop
            {...drop}
            file={null}
            onChoose={(chosen) => {
              if (chosen) upload.mutate(chosen);
            }}
          />
        </>
      )}
    </div>
  );
}
