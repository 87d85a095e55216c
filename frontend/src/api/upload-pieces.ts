const TRIES = 4;
const FIRST_WAIT_MS = 500;

export interface PieceTarget {
  send: SendPiece;
  chunkBytes: number;
  /** Which pieces the server holds already. */
  uploaded: readonly number[];
}

/** The pieces of a file of this size that are not there yet, in order. */
export function missingPieces(numBytes: number, chunkBytes: number, uploaded: readonly number[]): number[] {
  const here = new Set(uploaded);
  return Array.from({ length: Math.ceil(numBytes / chunkBytes) }, (_, position) => position).filter(
    (position) => !here.has(position),
  );
}

/** Puts one piece where the server keeps it. */
export type SendPiece = (position: number, piece: Blob) => Promise<void>;

/** How a piece goes out: the client's types know JSON only, the bytes are sent as they are. */
export function bytesOf(piece: Blob) {
  return {
    body: piece as unknown as string,
    bodySerializer: (body: unknown) => body as BodyInit,
    headers: { "Content-Type": "application/octet-stream" },
  };
}

async function sendPatiently(send: SendPiece, position: number, piece: Blob): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send(position, piece);
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 1)));
    }
  }
}

/** Sends what the server does not hold yet, one piece after the other; a lost one is sent again. */
export async function uploadPieces(
  file: File,
  { send, chunkBytes, uploaded }: PieceTarget,
  onSent: (numBytes: number) => void,
): Promise<void> {
  const missing = missingPieces(file.size, chunkBytes, uploaded);
  const sizeOf = (position: number) => Math.min(chunkBytes, file.size - position * chunkBytes);
  let sent = file.size - missing.reduce((sum, position) => sum + sizeOf(position), 0);
  onSent(sent);
  for (const position of missing) {
    const start = position * chunkBytes;
    await sendPatiently(send, position, file.slice(start, start + chunkBytes));
    sent += sizeOf(position);
    onSent(sent);
  }
}
