import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from './document.ts';
import type { FoundFile } from './find-documents.ts';
import { defaultLimits, type ReadLimits } from './limits.ts';
import { skipReasons, type FileOutcome } from './outcome.ts';
import { ReaderProcess, type ReaderEnd } from './process/reader-process.ts';
import type { FromReader } from './process/protocol.ts';
import type { ReadChoices } from './reader.ts';

export interface ReadOptions extends Partial<ReadChoices> {
  limits?: Partial<ReadLimits>;
  /** Processes that read at once; by default one a core, at most 8. */
  processes?: number;
  /** Told of each file, and each one within an archive, in the files' order. */
  onOutcome?: (outcome: FileOutcome) => void;
  signal?: AbortSignal;
}

/** Entries of one archive that may end their readers; each may take the whole of its time to do so. */
const MOST_ENDED = 5;

/** Files that are read ahead of the one whose documents are wanted next, for each process. */
const AHEAD = 4;

/**
 * The documents of files, in the files' order whatever reads them when. Every file is read in a process that can be
 * killed; one that cannot be read is told to `onOutcome`, and the next one goes on. Memory does not grow with the files.
 */
export async function* readDocuments(
  files: AsyncIterable<FoundFile>,
  options: ReadOptions = {},
): AsyncGenerator<Document, void, undefined> {
  const { processes = Math.min(8, availableParallelism()), onOutcome, signal } = options;
  await using pool = new Pool(processes, options);
  const waiting: Stream[] = [];
  const source = files[Symbol.asyncIterator]();
  let isOver = false;
  let current: Stream | undefined;
  // Who waits for a slow file is to hear at once that nobody wants it any more.
  signal?.addEventListener('abort', () => [current, ...waiting].forEach((one) => one?.finish()), { once: true });
  for (;;) {
    while (!isOver && waiting.length < AHEAD * processes) {
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
}

type Result = Extract<FromReader, { type: 'documents' | 'outcome' }>;

/** What comes of one file: kept until it is wanted, within the window that its reader has. */
class Stream {
  readonly file: FoundFile;
  onUsed: () => void = () => undefined;
  #results: Result[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;
  /** Entries that have ended a reader of this file. */
  readonly skipped: string[] = [];

  constructor(file: FoundFile) {
    this.file = file;
  }

  push(result: Result): void {
    this.#results.push(result);
    this.#wake?.();
  }

  finish(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Result, void, undefined> {
    for (;;) {
      const result = this.#results.shift();
      if (result !== undefined) {
        yield result;
        if (result.type === 'documents') this.onUsed();
      } else if (this.#isOver) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

class Pool implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'attune-read-'));
  readonly #idle: { process: ReaderProcess; folder: string }[] = [];
  readonly #all: ReaderProcess[] = [];
  readonly #queue: Stream[] = [];
  readonly #choices: ReadChoices;
  readonly #limits: ReadLimits;

  constructor(size: number, { limits, ocr = false, query }: ReadOptions) {
    this.#choices = { ocr, ...(query !== undefined && { query }) };
    this.#limits = { ...defaultLimits, ...limits };
    for (let index = 0; index < size; index++) {
      const folder = join(this.#folder, String(index));
      mkdirSync(folder);
      const process = new ReaderProcess(folder);
      this.#idle.push({ process, folder });
      this.#all.push(process);
    }
  }

  read(file: FoundFile): Stream {
    const stream = new Stream(file);
    if ('reason' in file) {
      const { name, reason, message } = file;
      stream.push({ type: 'outcome', outcome: unread({ file: name, reason, message }) });
      stream.finish();
    } else this.#queue.push(stream);
    this.#assign();
    return stream;
  }

  #assign(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) this.#run(this.#queue.shift()!, this.#idle.pop()!);
  }

  #run(stream: Stream, reader: { process: ReaderProcess; folder: string }): void {
    const { path, name } = stream.file;
    let documents = 0;
    stream.onUsed = () => reader.process.more();
    const job = {
      path,
      name,
      choices: this.#choices,
      limits: this.#limits,
      folder: reader.folder,
      skipped: stream.skipped,
    };
    reader.process.start(job, {
      onMessage: (message) => {
        if (message.type === 'documents') documents += message.documents.length;
        // Within an archive they are counted by entry: it is the entry in hand that may end its reader.
        if (message.type === 'alive' && message.entry !== undefined) documents = 0;
        if (message.type === 'documents' || message.type === 'outcome') stream.push(message);
      },
      onEnd: (end) => {
        stream.onUsed = () => undefined;
        this.#idle.push(reader);
        if (end !== undefined) {
          const outcome = unread({ ...end, file: end.entry ?? name });
          stream.push({ type: 'outcome', outcome: { ...outcome, ...partly(documents) } });
        }
        if (end?.entry === undefined) stream.finish();
        else this.#goOn(stream, { ...end, entry: end.entry });
        this.#assign();
      },
    });
  }

  /** An entry ended the reader of its archive: the rest is read by another one, unless that happens too often. */
  #goOn(stream: Stream, { entry, reason }: ReaderEnd & { entry: string }): void {
    stream.skipped.push(entry);
    if (stream.skipped.length < MOST_ENDED) return void this.#queue.unshift(stream);
    const message = `${MOST_ENDED} of its entries ended their readers: the rest is not read`;
    const outcome = unread({ file: stream.file.name, reason, message });
    stream.push({ type: 'outcome', outcome: { ...outcome, status: 'partly' } });
    stream.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#all) process.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function partly(documents: number): Partial<FileOutcome> {
  return documents > 0 ? { status: 'partly', documents } : {};
}

function unread({
  file,
  reason,
  message,
}: Pick<ReaderEnd, 'reason'> & { file: string; message?: string }): FileOutcome {
  return {
    file,
    status: 'skipped',
    bytes: 0,
    documents: 0,
    reason,
    message: message ?? skipReasons[reason],
    notes: [],
  };
}
