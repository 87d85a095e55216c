/** A file that is uploaded in pieces, as far as it is here. */
export interface UploadedFile {
  file_name: string;
  num_bytes: number;
  chunk_bytes: number;
  uploaded: readonly number[];
}

export function uploadedBytes({ num_bytes: size, chunk_bytes: chunk, uploaded }: UploadedFile): number {
  return uploaded.reduce((sum, position) => sum + Math.min(chunk, size - position * chunk), 0);
}

/** Whether the server still waits for pieces of the file. */
export function waitsForPieces(found: UploadedFile & { state: string }): boolean {
  return found.state === "queued" && uploadedBytes(found) < found.num_bytes;
}
