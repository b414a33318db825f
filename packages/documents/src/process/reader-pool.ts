import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Channel } from '@attune/base/channel';
import { temporaryFolder } from '@attune/files/temporary';
import { formatBytes } from '@attune/base/format';
import type { FoundFile } from '../find-documents.ts';
import { defaultLimits, type ReadLimits } from '../limits.ts';
import { skipReasons, type FileOutcome } from '../outcome.ts';
import type { ReadChoices } from '../reader.ts';
import type { FromReader } from './protocol.ts';
import { ReaderProcess, type ReaderEnd } from './reader-process.ts';

export interface ReaderPoolOptions extends Partial<ReadChoices> {
  limits?: Partial<ReadLimits>;
  /** Number of concurrent processes; default: one per core, at most 8. */
  processes?: number;
}

/** Maximum number of entries of one archive that may crash their readers, each after its full time limit. */
const MOST_ENDED = 5;

type Result = Extract<FromReader, { type: 'documents' | 'outcome' }>;
type ReadableFile = Exclude<FoundFile, { reason: unknown }>;

/** Documents of one file: buffered until they are consumed, within the reader's window. */
export class FileStream extends Channel<Result> {
  readonly file: FoundFile;
  /** Stops its reader, if one is working on it. */
  onStop: () => void = () => undefined;
  /** Entries that have crashed a reader of this file. */
  readonly skipped: string[] = [];

  constructor(file: FoundFile) {
    super();
    this.file = file;
  }
}

/** Reader processes, one file at a time each; started on demand. */
export class ReaderPool implements AsyncDisposable {
  readonly size: number;
  readonly #folder = temporaryFolder('read');
  readonly #idle: { process: ReaderProcess; folder: string }[] = [];
  readonly #all: ReaderProcess[] = [];
  readonly #queue: FileStream[] = [];
  readonly #choices: ReadChoices;
  readonly #limits: ReadLimits;

  constructor({ processes = Math.min(8, availableParallelism()), limits, ...choices }: ReaderPoolOptions) {
    this.size = processes;
    const { ocr = false, query, sql } = choices;
    this.#choices = { ocr, ...(query !== undefined && { query }), ...(sql !== undefined && { sql }) };
    this.#limits = { ...defaultLimits, ...limits };
    for (let index = 0; index < processes; index++) {
      const folder = join(this.#folder, String(index));
      mkdirSync(folder);
      const process = new ReaderProcess(folder);
      this.#idle.push({ process, folder });
      this.#all.push(process);
    }
  }

  /** Files are started in the order of the calls. */
  read(file: FoundFile): FileStream {
    const stream = new FileStream(file);
    if ('reason' in file) {
      const { name, reason, message } = file;
      stream.push({ type: 'outcome', outcome: unread({ file: name, reason, message }) });
      stream.finish();
    } else this.#queue.push(stream);
    this.#assign();
    return stream;
  }

  /** Cancelled: returns the reader to the pool. */
  drop(stream: FileStream): void {
    const at = this.#queue.indexOf(stream);
    if (at !== -1) this.#queue.splice(at, 1);
    stream.onStop();
    stream.finish();
  }

  #assign(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) this.#run(this.#queue.shift()!, this.#idle.pop()!);
  }

  #run(stream: FileStream, reader: { process: ReaderProcess; folder: string }): void {
    const { path, name, root, piece } = stream.file as ReadableFile;
    let documents = 0;
    stream.onUsed = ({ type }) => {
      if (type === 'documents') reader.process.more();
    };
    stream.onStop = () => {
      reader.process.close();
      this.#free(stream, reader);
      this.#assign();
    };
    const { folder } = reader;
    const own = { folder, skipped: stream.skipped };
    const job = { path, name, root, piece, choices: this.#choices, limits: this.#limits, ...own };
    reader.process.start(job, {
      onMessage: (message) => {
        if (message.type === 'documents') documents += message.documents.length;
        // Within an archive, documents are counted per entry, since the current entry may crash its reader.
        if (message.type === 'alive' && message.entry !== undefined) documents = 0;
        if (message.type === 'documents' || message.type === 'outcome') stream.push(message);
      },
      onEnd: (end) => {
        this.#free(stream, reader);
        if (end !== undefined) {
          const where =
            piece === undefined ? '' : ` (lines from ${piece.line} on, of ${formatBytes(piece.end - piece.start)})`;
          const outcome = unread({ ...end, file: end.entry ?? name, message: end.message + where });
          stream.push({ type: 'outcome', outcome: { ...outcome, ...partly(documents) } });
        }
        if (end?.entry === undefined) stream.finish();
        else this.#goOn(stream, { ...end, entry: end.entry });
        this.#assign();
      },
    });
  }

  #free(stream: FileStream, reader: { process: ReaderProcess; folder: string }): void {
    stream.onUsed = () => undefined;
    stream.onStop = () => undefined;
    this.#idle.push(reader);
  }

  /** An entry crashed its archive's reader: another reader continues after it, unless that happens too often. */
  #goOn(stream: FileStream, { entry, reason }: ReaderEnd & { entry: string }): void {
    stream.skipped.push(entry);
    if (stream.skipped.length < MOST_ENDED) return void this.#queue.unshift(stream);
    const message = `${MOST_ENDED} of its entries crashed their readers: the rest is not read`;
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
