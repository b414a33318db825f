import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256File } from '../../files/hash.ts';
import type { Document, Origin } from '../document.ts';
import { detectFormat, lookAt, type Detected } from '../formats/detect.ts';
import { NoteBook, Unreadable, type FileOutcome } from '../outcome.ts';
import type { Draft, FileInput, ReadContext } from '../reader.ts';
import type { FromReader, ReadJob } from './protocol.ts';

const BATCH_DOCUMENTS = 64;
const BATCH_CHARACTERS = 1 << 18;
const MILLISECONDS_BETWEEN_SIGNS = 500;

export type Send = (message: FromReader) => Promise<void> | void;

/** Reads one job's file with all that lies in it; what fails is told as an outcome, never thrown. */
export class ReadHost {
  readonly #job: ReadJob;
  readonly #send: Send;
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

  async #file(file: { path: string; name: string; depth: number; folder: string }): Promise<void> {
    const outcome: FileOutcome = { file: file.name, status: 'read', bytes: 0, documents: 0, notes: [] };
    const notes = new NoteBook();
    try {
      const input = await lookAt(file.path, file.name);
      outcome.bytes = input.bytes;
      const found = await detectFormat(input);
      outcome.format = found.format;
      if (found.named !== undefined && isSurprising(found)) notes.add(`named as ${found.named}, read as what it is`);
      outcome.sha256 = await sha256File(file.path);
      const context = this.#context(outcome, notes);
      if (found.reader.unpack !== undefined) await this.#archive(input, found, { ...file, context });
      else await this.#documents(input, found, { outcome, context });
    } catch (error) {
      Object.assign(outcome, failureOf(error, outcome.documents));
    }
    await this.#flush();
    await this.#send({ type: 'outcome', outcome: { ...outcome, notes: notes.notes } });
  }

  #context(outcome: FileOutcome, notes: NoteBook): ReadContext {
    const { choices, limits } = this.#job;
    return {
      choices,
      limits,
      notes,
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

  async #documents(
    input: FileInput,
    { reader }: Detected,
    { outcome, context }: { outcome: FileOutcome; context: ReadContext },
  ): Promise<void> {
    const origin = { file: input.name, sha256: outcome.sha256! };
    for await (const draft of reader.read!(input, context)) {
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
    { reader }: Detected,
    { depth, folder, context }: { depth: number; folder: string; context: ReadContext },
  ): Promise<void> {
    const { limits, skipped } = this.#job;
    if (depth >= limits.depth) throw new Unreadable('too-deep');
    const own = join(folder, String(depth));
    mkdirSync(own, { recursive: true });
    const passed = new Set(depth === 0 ? skipped.map((name) => name.slice(input.name.length + 1)) : []);
    for await (const entry of reader.unpack!(input, { ...context, folder: own, skipped: passed })) {
      const name = `${input.name}/${entry.name}`;
      await this.#flush();
      if (depth === 0) await this.#send({ type: 'alive', entry: name });
      await this.#file({ path: entry.path, name, depth: depth + 1, folder });
    }
  }
}

/** Text formats are named alike; the one that matters is a name that says another kind of file. */
function isSurprising({ format, named }: Detected): boolean {
  const alike: readonly (string | undefined)[] = ['plain-text', 'source-code', 'markdown'];
  return !(alike.includes(named) && !alike.includes(format)) || format === 'html';
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
  const message = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].slice(0, 300);
  return { status, reason: 'broken', message };
}
