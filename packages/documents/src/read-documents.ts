import type { Document } from './document.ts';
import type { FoundFile } from './find-documents.ts';
import type { FileOutcome } from './outcome.ts';
import { ReaderPool, type FileStream, type ReaderPoolOptions } from './process/reader-pool.ts';

export interface ReadOptions extends ReaderPoolOptions {
  /** Called for each file, including those within archives, in order. */
  onOutcome?: (outcome: FileOutcome) => void;
  signal?: AbortSignal;
}

/** Number of files per process that are read ahead. */
const AHEAD = 4;

/**
 * Documents of files, in the files' order. Every file is read in a process that can be killed; unreadable ones are
 * reported to `onOutcome`, and reading continues. Memory does not grow with the number of files.
 * @param readers pool shared by several concurrent streams with the same options; by default a new one
 */
export async function* readDocuments(
  files: AsyncIterable<FoundFile>,
  options: ReadOptions = {},
  readers?: ReaderPool,
): AsyncGenerator<Document, void, undefined> {
  const { onOutcome, signal } = options;
  await using own = readers === undefined ? new ReaderPool(options) : undefined;
  const pool = readers ?? own!;
  // Other streams that share the processes read ahead as well.
  const ahead = readers === undefined ? AHEAD * pool.size : AHEAD;
  const waiting: FileStream[] = [];
  const source = files[Symbol.asyncIterator]();
  let isOver = false;
  let current: FileStream | undefined;
  // A consumer that waits for a slow file is notified of the cancellation at once.
  const stop = (): void => [current, ...waiting].forEach((one) => one?.finish());
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      while (!isOver && waiting.length < ahead) {
        const { value, done } = await source.next();
        if (done === true) isOver = true;
        else waiting.push(pool.read(value));
      }
      current = waiting.shift();
      signal?.throwIfAborted();
      if (current === undefined) return;
      for await (const message of current) {
        signal?.throwIfAborted();
        if (message.type === 'documents') yield* message.documents;
        else onOutcome?.(message.outcome);
      }
      signal?.throwIfAborted();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // If iteration ends early, other streams may be waiting for the readers; dropping the newest first avoids starting
    // queued files.
    for (const stream of [current, ...waiting].toReversed()) if (stream !== undefined) pool.drop(stream);
  }
}
