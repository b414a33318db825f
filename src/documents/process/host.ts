import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { sha256 } from '../../files/hash.ts';
import type { Document, Origin } from '../document.ts';
import { hashFile } from '../file-chunks.ts';
import { detectFormat, lookAt, type Detected } from '../formats/detect.ts';
import { NoteBook, Unreadable, type FileOutcome } from '../outcome.ts';
import { isPostgresUrl, readPostgres, shownUrl } from '../formats/sql/postgres.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import type { FromReader, ReadJob } from './protocol.ts';

const BATCH_DOCUMENTS = 64;
const BATCH_CHARACTERS = 1 << 18;
const MILLISECONDS_BETWEEN_SIGNS = 500;

export type Send = (message: FromReader) => Promise<void> | void;

/** A file in hand, how deep within archives it lies, and where what lies in it may be unpacked. */
interface Target {
  path: string;
  name: string;
  depth: number;
  folder: string;
}

/** Reads one job's file with all that lies in it; what fails is told as an outcome, never thrown. */
export class ReadHost {
  readonly #job: ReadJob;
  readonly #send: Send;
  readonly #total = { unpacked: 0, entries: 0 };
  #lastSign = 0;
  #batch: Document[] = [];
  #batchCharacters = 0;

  constructor(job: ReadJob, send: Send) {
    this.#job = job;
    this.#send = send;
  }

  async run(): Promise<void> {
    await this.#file({ path: this.#job.path, name: this.#job.name, depth: 0, folder: this.#job.folder });
    await this.#send({ type: 'done' });
  }

  async #file(file: Target): Promise<void> {
    const outcome: FileOutcome = { file: file.name, status: 'read', bytes: 0, documents: 0, notes: [] };
    const context = this.#context(outcome, file.folder);
    try {
      if (isPostgresUrl(file.path)) await this.#database(file.path, outcome, context);
      else await this.#read(file, outcome, context);
    } catch (error) {
      Object.assign(outcome, failureOf(error, outcome.documents));
    }
    await this.#flush();
    await this.#send({ type: 'outcome', outcome: { ...outcome, notes: context.notes.notes } });
  }

  async #read(file: Target, outcome: FileOutcome, context: ReadContext): Promise<void> {
    const input = await lookAt(file.path, file.name);
    outcome.bytes = input.bytes;
    const found = await detectFormat(input);
    outcome.format = found.format;
    if (found.reader.isWrapping === true) outcome.isWrapping = true;
    if (found.named !== undefined && isSurprising(found)) {
      context.notes.add(`files named as ${found.named}, read as what they are`, found.format);
    }
    outcome.sha256 = await hashFile(input, context.alive);
    if (found.reader.unpack === undefined) await this.#documents(found.reader.read!(input, context), outcome);
    else await this.#archive(input, found.reader, { ...file, context });
  }

  /** What a query gives is known by the query. */
  async #database(url: string, outcome: FileOutcome, context: ReadContext): Promise<void> {
    outcome.format = 'postgres';
    outcome.sha256 = sha256(`${shownUrl(url)}\n${context.choices.query}`);
    await this.#documents(readPostgres(url, context), outcome);
  }

  #context(outcome: FileOutcome, folder: string): ReadContext {
    const { choices, limits } = this.#job;
    return {
      choices,
      limits,
      notes: new NoteBook(),
      folder,
      total: this.#total,
      alive: () => this.#alive(),
      encoding: (name) => {
        outcome.encoding = name;
      },
    };
  }

  #alive(): void {
    const now = Date.now();
    if (now - this.#lastSign < MILLISECONDS_BETWEEN_SIGNS) return;
    this.#lastSign = now;
    void this.#send({ type: 'alive' });
  }

  async #documents(drafts: AsyncIterable<Draft>, outcome: FileOutcome): Promise<void> {
    const origin = { file: outcome.file, sha256: outcome.sha256! };
    for await (const draft of drafts) {
      outcome.documents++;
      await this.#add(withOrigin(draft, origin));
      this.#alive();
    }
    if (outcome.documents === 0) throw new Unreadable('no-text');
  }

  async #add(document: Document): Promise<void> {
    this.#batch.push(document);
    this.#batchCharacters += sizeOf(document);
    if (this.#batch.length >= BATCH_DOCUMENTS || this.#batchCharacters >= BATCH_CHARACTERS) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const documents = this.#batch;
    this.#batch = [];
    this.#batchCharacters = 0;
    await this.#send({ type: 'documents', documents });
  }

  /** Every entry is a file of its own, with its own outcome. */
  async #archive(
    input: FileInput,
    reader: Reader,
    { depth, folder, context }: Target & { context: ReadContext },
  ): Promise<void> {
    const { limits, skipped } = this.#job;
    // What is only compressed weighs less, but not nothing: a gzip may hold itself.
    const deeper = depth + (reader.isWrapping === true ? 0.25 : 1);
    if (deeper > limits.depth) throw new Unreadable('too-deep');
    const own = join(folder, 'in');
    mkdirSync(own, { recursive: true });
    const isOutermost = input.name === this.#job.name;
    const passed = isOutermost ? skipped.map((name) => name.slice(input.name.length + 1)) : [];
    for await (const entry of reader.unpack!(input, { ...context, folder: own, skipped: passed })) {
      const name = `${input.name}/${entry.name}`;
      await this.#flush();
      if (isOutermost) await this.#send({ type: 'alive', entry: name });
      await this.#file({ path: entry.path, name, depth: deeper, folder: own });
    }
  }
}

/** Mails and chats are text files by any name. */
function isSurprising({ format }: Detected): boolean {
  return !['eml', 'mbox', 'whatsapp'].includes(format);
}

function withOrigin({ place, ...draft }: Draft, file: Pick<Origin, 'file' | 'sha256'>): Document {
  const origins = [{ ...file, ...place }];
  if (draft.kind === 'message') return { ...draft, conversation: draft.conversation ?? file.file, origins };
  return { ...draft, origins };
}

function sizeOf(document: Document): number {
  if (document.kind === 'text') return document.sections.reduce((sum, { text }) => sum + text.length, 0);
  if (document.kind === 'message') return document.text.length + (document.quoted?.length ?? 0);
  return Object.values(document.values).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 32),
    0,
  );
}

/** What is thrown by a library is a file that it cannot read. */
function failureOf(error: unknown, documents: number): Partial<FileOutcome> {
  const status = documents > 0 ? 'partly' : 'skipped';
  if (error instanceof Unreadable) return { status, reason: error.reason, message: error.message };
  const problem = error instanceof AttuneError ? error.problems[0] : undefined;
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  const message = (problem === undefined ? line : `${line}: ${problem.message}`).slice(0, 300);
  return { status, reason: 'broken', message };
}
