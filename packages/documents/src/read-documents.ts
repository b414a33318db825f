import type { Document } from './document.ts';
import type { FoundFile } from './find-documents.ts';
import type { FileOutcome } from './outcome.ts';
import { ReaderPool, type FileStream, type ReaderPoolOptions } from './process/reader-pool.ts';

export interface ReadOptions extends ReaderPoolOptions {
  /** Told of each file, and each one within an archive, in the files' order. */
  onOutcome?: (outcome: FileOutcome) => void;
  signal?: AbortSignal;
}

/** Files that are read ahead of the one whose documents are wanted next, for each process. */
const AHEAD = 4;

/**
 * The documents of files, in the files' order whatever reads them when. Every file is read in a process that can be
 * killed; one that cannot be read is told to `onOutcome`, and the next one goes on. Memory does not grow with the files.
 * @param readers in place of own ones: those of several streams that are read side by side, which then have the options
 */
export async function* readDocuments(
  files: AsyncIterable<FoundFile>,
  options: ReadOptions = {},
  readers?: ReaderPool,
): AsyncGenerator<Document, void, undefined> {
  const { onOutcome, signal } = options;
  await using own = readers === undefined ? new ReaderPool(options) : undefined;
  const pool = readers ?? own!;
  // Where others read by the same processes, they read ahead as well.
  const ahead = readers === undefined ? AHEAD * pool.size : AHEAD;
  const waiting: FileStream[] = [];
  const source = files[Symbol.asyncIterator]();
  let isOver = false;
  let current: FileStream | undefined;
  // Who waits for a slow file is to hear at once that nobody wants it any more.
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
    // Where it ended early, others may wait for the readers; what was begun last goes first, so that nothing is begun.
    for (const stream of [current, ...waiting].toReversed()) if (stream !== undefined) pool.drop(stream);
  }
}
