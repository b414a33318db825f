import { mkdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatCount } from '@attune/base/format';
import { AttuneError } from '@attune/base/errors';
import { sha256 } from '@attune/files/hash';
import { noSpace } from '@attune/files/write-failure';
import type { FilePiece } from '../cut-file.ts';
import { charactersOf, type Document, type Origin } from '../document.ts';
import { hashFile } from '../file-chunks.ts';
import { detectFormat, lookAt, type Detected } from '../formats/detect.ts';
import { NoteBook, skipReasons, Unreadable, type FileOutcome } from '../outcome.ts';
import { readPostgres } from '../formats/sql/postgres.ts';
import { isPostgresUrl, shownUrl } from '@attune/base/postgres-url';
import type { Draft, FileInput, InnerFile, ReadContext, Reader } from '../reader.ts';
import type { FromReader, ReadJob } from './protocol.ts';

const BATCH_DOCUMENTS = 64;
const BATCH_CHARACTERS = 1 << 18;
const MILLISECONDS_BETWEEN_SIGNS = 500;

export type Send = (message: FromReader) => Promise<void> | void;

/** The current file, its depth within archives, and a scratch folder for its contents. */
interface Target {
  path: string;
  name: string;
  depth: number;
  folder: string;
  beside?: FileInput['beside'];
  /** Restricts reading to this range. */
  piece?: FilePiece;
  /** The mail that it was attached to. */
  mail?: string;
}

/** Reads one job's file with all its contents; failures become outcomes and are never thrown. */
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
    const { path, name, folder, piece } = this.#job;
    await this.#file({ path, name, depth: 0, folder, piece, beside: (other) => fileBeside(path, other) });
    await this.#send({ type: 'done' });
  }

  async #file(file: Target): Promise<void> {
    const outcome: FileOutcome = { file: file.name, status: 'read', bytes: 0, documents: 0, notes: [] };
    const context = this.#context(outcome, file);
    try {
      if (isPostgresUrl(file.path)) await this.#database(file, outcome, context);
      else await this.#read(file, outcome, context);
    } catch (error) {
      Object.assign(outcome, failureOf(error, outcome.documents));
    }
    await this.#flush();
    await this.#send({ type: 'outcome', outcome: { ...outcome, notes: context.notes.notes } });
  }

  async #read(file: Target, outcome: FileOutcome, context: ReadContext): Promise<void> {
    const { path, name, beside, piece } = file;
    const input = { ...(await lookAt(path, name)), beside, range: piece };
    outcome.bytes = piece === undefined ? input.bytes : piece.end - piece.start;
    const found = await detectFormat(input);
    outcome.format = found.format;
    if (found.reader.isWrapping === true) outcome.isWrapping = true;
    const { queried, unpack } = found.reader;
    if (this.#job.choices.sql !== undefined && queried === undefined && unpack === undefined)
      throw new Unreadable('unknown-format', 'sql reads Parquet and CSV only');
    if (found.named !== undefined && isSurprising(found)) {
      context.notes.add(`files named as ${found.named}, read by their content`, found.format);
    }
    outcome.sha256 = file.piece?.sha256 ?? (await hashFile(input, context.alive));
    if (file.piece !== undefined) requireSame(file.piece, input, found.reader);
    if (found.reader.unpack === undefined)
      await this.#documents(found.reader.read!(input, context), outcome, { ...file, context });
    else await this.#archive(input, found.reader, { ...file, context });
  }

  /** The result of a query is identified by the query's text. */
  async #database(file: Target, outcome: FileOutcome, context: ReadContext): Promise<void> {
    outcome.format = 'postgres';
    outcome.sha256 = sha256(`${shownUrl(file.path)}\n${context.choices.query}`);
    await this.#documents(readPostgres(file.path, context), outcome, { ...file, context });
  }

  #context(outcome: FileOutcome, { name: file, folder }: Target): ReadContext {
    const { choices, limits, name: own, skipped } = this.#job;
    return {
      choices,
      limits,
      notes: new NoteBook(),
      folder,
      total: this.#total,
      skipped: file === own ? skipped.map((name) => name.slice(own.length + 1)) : [],
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
    drafts: AsyncIterable<Draft | InnerFile>,
    outcome: FileOutcome,
    file: Target & { context: ReadContext },
  ): Promise<void> {
    const origin = { file: outcome.file, sha256: outcome.sha256!, mail: file.mail };
    let inner = 0;
    for await (const draft of drafts) {
      if (draft.kind === 'file') {
        inner++;
        await this.#inner(draft, file);
        continue;
      }
      outcome.documents++;
      await this.#add(withOrigin(draft, origin));
      this.#alive();
    }
    if (outcome.documents + inner === 0) {
      const [note] = file.context.notes.notes;
      throw new Unreadable('no-text', note && `${formatCount(note.count)} ${note.reason} (${note.first[0] ?? ''})`);
    }
  }

  /** An inner file that crashes its reader is skipped alone, like an entry of an archive. */
  async #inner({ name: inner, path, mail }: InnerFile, outerFile: Target): Promise<void> {
    const { name: outer, depth, folder } = outerFile;
    const name = `${outer}/${inner}`;
    const isOutermost = outer === this.#job.name;
    await this.#flush();
    if (depth + 1 > this.#job.limits.depth) {
      const outcome = { file: name, bytes: 0, documents: 0, notes: [], ...failureOf(new Unreadable('too-deep'), 0) };
      return void (await this.#send({ type: 'outcome', outcome: outcome as FileOutcome }));
    }
    if (isOutermost) await this.#send({ type: 'alive', entry: name });
    const own = join(folder, 'in');
    mkdirSync(own, { recursive: true });
    const belongsTo = outerFile.mail ?? (mail === undefined ? undefined : mailOf(outer, mail));
    await this.#file({ path, name, depth: depth + 1, folder: own, mail: belongsTo });
    if (isOutermost) await this.#send({ type: 'alive', entry: '' });
  }

  async #add(document: Document): Promise<void> {
    this.#batch.push(document);
    this.#batchCharacters += charactersOf(document);
    if (this.#batch.length >= BATCH_DOCUMENTS || this.#batchCharacters >= BATCH_CHARACTERS) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const documents = this.#batch;
    this.#batch = [];
    this.#batchCharacters = 0;
    await this.#send({ type: 'documents', documents });
  }

  /** Every entry is a separate file with its own outcome. */
  async #archive(
    input: FileInput,
    reader: Reader,
    { depth, folder, context, mail }: Target & { context: ReadContext },
  ): Promise<void> {
    const { limits } = this.#job;
    // Compression counts as a fraction of a level, since a gzip may contain itself.
    const deeper = depth + (reader.isWrapping === true ? 0.25 : 1);
    if (deeper > limits.depth) throw new Unreadable('too-deep');
    const own = join(folder, 'in');
    mkdirSync(own, { recursive: true });
    const isOutermost = input.name === this.#job.name;
    for await (const entry of reader.unpack!(input, { ...context, folder: own })) {
      const name = `${input.name}/${entry.name}`;
      await this.#flush();
      if (isOutermost) await this.#send({ type: 'alive', entry: name });
      await this.#file({ path: entry.path, name, depth: deeper, folder: own, beside: entry.beside, mail });
    }
  }
}

/** Rejects a file that has changed since it was split. @throws Unreadable broken */
function requireSame(piece: FilePiece, { bytes }: FileInput, { byLines }: Reader): void {
  if (bytes !== piece.fileBytes || byLines !== true) throw new Unreadable('broken', 'was changed while it was read');
}

const MOST_BESIDE = 64 * 2 ** 20;

async function fileBeside(path: string, other: string): Promise<Buffer | undefined> {
  try {
    const place = join(dirname(path), other);
    return (await stat(place)).size > MOST_BESIDE ? undefined : await readFile(place);
  } catch {
    return undefined;
  }
}

function mailOf(file: string, place: string): string {
  return place === '' ? file : `${file}/${place}`;
}

/** Mails and chats are text files that may have any name. */
function isSurprising({ format }: Detected): boolean {
  return !['eml', 'mbox', 'whatsapp'].includes(format);
}

function withOrigin({ place, ...draft }: Draft, { mail, ...file }: Pick<Origin, 'file' | 'sha256' | 'mail'>): Document {
  // A mail attached to another one belongs to that one.
  const belongsTo = mail ?? (place?.mail === undefined ? undefined : mailOf(file.file, place.mail));
  const { mail: _, ...rest } = place ?? {};
  const origins = [{ ...file, ...rest, ...(belongsTo !== undefined && { mail: belongsTo }) }];
  if (draft.kind === 'message') return { ...draft, conversation: draft.conversation ?? file.file, origins };
  return { ...draft, origins };
}

/** An error in a library means that it cannot read the file. */
function failureOf(error: unknown, documents: number): Partial<FileOutcome> {
  const status = documents > 0 ? 'partly' : 'skipped';
  if (error instanceof Unreadable) return { status, reason: error.reason, message: error.message };
  const full = noSpace(error);
  if (full !== undefined) return { status, reason: 'disk-full', message: `${full}: ${skipReasons['disk-full']}` };
  if (error instanceof AttuneError && error.code === 'E_NOT_INSTALLED')
    return { status, reason: 'not-installed', message: `${error.what}: ${error.fix}` };
  const problem = error instanceof AttuneError ? error.problems[0] : undefined;
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  const message = (problem === undefined ? line : `${line}: ${problem.message}`).slice(0, 300);
  return { status, reason: 'broken', message };
}
