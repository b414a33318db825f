import { withArticle } from '../base/articles.ts';
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../files/temporary.ts';
import { PRIVATE_FILE } from '../files/private.ts';
import { withoutCredentials } from '../base/secrets.ts';
import { AttuneError } from '../base/errors.ts';
import { plural } from '../base/format.ts';
import {
  findDocuments,
  readDocuments,
  type FileOutcome,
  type FoundFile,
  type Item,
  type ReadOptions,
} from '@attune/documents';
import { FileDraft } from '../files/file-draft.ts';
import { writeJson } from '../files/json.ts';
import type { Recogniser } from '@attune/privacy';
import type { Tokenizer } from '../models/text/index.ts';
import { hidesRows } from './pipeline/step-parts.ts';
import { usualSteps } from './usual-steps.ts';
import { lineOf, PREPARED_VERSION } from './prepared-row.ts';
import { lostRows } from './lost-rows.ts';
import { FileTally, type FileSummary } from './file-tally.ts';
import { openSteps, runSteps, type StepSpec } from './run-steps.ts';
import type { StepReport } from './preparation-step.ts';

export interface Preparation {
  /** Files, folders and archives. */
  sources: readonly string[];
  /** The JSONL file to write. */
  to: string;
  /** Default: chosen from the first documents. */
  steps?: readonly StepSpec[];
  reading: Omit<ReadOptions, 'onOutcome' | 'signal'>;
  base: string;
  openTokenizer(name: string): Promise<Tokenizer>;
  /** The user's own recognisers, as `./file.ts#name`. */
  openRecognisers(reference: string): Promise<readonly Recogniser[]>;
  onProgress?: (progress: PrepareProgress) => void;
  signal?: AbortSignal;
}

export interface PrepareProgress {
  files: number;
  documents: number;
  rows: number;
}

/** Provenance of the rows; written next to them. */
export interface PreparationReport {
  version: typeof PREPARED_VERSION;
  sources: readonly string[];
  /** SHA-256 of the rows' file. */
  sha256: string;
  rows: number;
  bytes: number;
  /** Columns, with the number of rows that have a value. */
  columns: Record<string, number>;
  documents: Record<Item['kind'], number>;
  files: FileSummary;
  /** Reason for these steps, if they were chosen automatically. */
  chosen?: string;
  steps: StepReport[];
}

/**
 * Reads files, runs steps over their contents and writes the rows as JSONL, with a report (`TO.report`) and a list of
 * all files (`TO.files`, JSON lines) next to it. All of them appear whole or not at all.
 * @throws AttuneError E_FILE_MISSING, E_NO_ROWS, E_UNKNOWN_STEP, E_STEP_OPTIONS, E_STEP_ORDER, E_NOT_WRITABLE,
 * E_DISK_FULL
 */
export async function prepare(preparation: Preparation): Promise<PreparationReport> {
  const made = await prepareBy(preparation, { steps: preparation.steps });
  return 'outgrown' in made ? (prepareBy(preparation, made.outgrown) as Promise<PreparationReport>) : made;
}

interface Chosen {
  steps?: readonly StepSpec[];
  reason?: string;
}

/** Writes the rows, or returns better steps without writing anything if the first documents were misleading. */
// oxlint-disable-next-line max-lines-per-function -- resources opened here must be closed here
async function prepareBy(
  preparation: Preparation,
  { steps, reason }: Chosen,
): Promise<PreparationReport | { outgrown: Chosen }> {
  const { sources, to, base } = preparation;
  const folder = temporaryFolder('prepare');
  using rowsFile = new FileDraft(to, PRIVATE_FILE);
  using filesFile = new FileDraft(`${to}.files`);
  const tally = new FileTally((outcome) => filesFile.write(`${JSON.stringify(outcome)}\n`));
  const found = findDocuments(sources, base, (path) => path === to || path.startsWith(`${to}.`));
  const reading = new Reading(found, preparation, tally);
  try {
    const chosen = steps === undefined ? await usualSteps(reading.documents) : undefined;
    const opened = await opening(preparation, steps ?? chosen!.steps, folder);
    const writer = new RowWriter(rowsFile, (rows) => reading.report(rows));
    for await (const item of runSteps(chosen?.documents ?? reading.documents, opened)) writer.write(item);
    const outgrown = chosen?.outgrown();
    if (outgrown) return { outgrown };
    const reports = opened.map(({ report }) => report);
    if (writer.rows === 0) throw noRows(sources, tally.summary, reports);
    const why = chosen?.reason ?? reason;
    const report: PreparationReport = {
      version: PREPARED_VERSION,
      sources: sources.map(withoutCredentials),
      sha256: rowsFile.commit(),
      rows: writer.rows,
      bytes: rowsFile.bytes,
      columns: Object.fromEntries(writer.columns),
      documents: reading.kinds,
      files: tally.summary,
      ...(why !== undefined && { chosen: why }),
      steps: reports,
    };
    filesFile.commit();
    writeJson(`${to}.report`, report);
    return report;
  } finally {
    // Ends the readers' processes after a failure.
    await reading.documents.return();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opening(
  { base, openTokenizer, openRecognisers, signal }: Preparation,
  specs: NonNullable<Chosen['steps']>,
  folder: string,
) {
  const quotes = (await hidesRows(specs)) ? false : undefined;
  return openSteps(specs, { base, folder, openTokenizer, openRecognisers, quotes, signal });
}

/** Counts the documents as they are read. */
class Reading {
  readonly kinds: Record<Item['kind'], number> = { text: 0, message: 0, record: 0, row: 0 };
  readonly documents: AsyncGenerator<Item, void, undefined>;
  readonly #tally: FileTally;
  readonly #onProgress: Preparation['onProgress'];
  #documents = 0;

  constructor(found: AsyncIterable<FoundFile>, { reading, signal, onProgress }: Preparation, tally: FileTally) {
    this.#tally = tally;
    this.#onProgress = onProgress;
    const onOutcome = (outcome: FileOutcome): void => tally.add(outcome);
    this.documents = this.#counted(readDocuments(found, { ...reading, onOutcome, signal }));
  }

  async *#counted(documents: AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
    for await (const document of documents) {
      this.kinds[document.kind]++;
      this.#documents++;
      yield document;
    }
  }

  report(rows: number): void {
    this.#onProgress?.({ files: this.#tally.summary.files, documents: this.#documents, rows });
  }
}

const ROWS_BETWEEN_REPORTS = 100;

class RowWriter {
  rows = 0;
  readonly columns = new Map<string, number>();
  readonly #file: FileDraft;
  readonly #onRows: (rows: number) => void;

  constructor(file: FileDraft, onRows: (rows: number) => void) {
    this.#file = file;
    this.#onRows = onRows;
  }

  write(item: Item): void {
    if (item.kind !== 'row') throw notRows(item);
    this.#file.write(lineOf(item));
    for (const column of Object.keys(item.values)) this.columns.set(column, (this.columns.get(column) ?? 0) + 1);
    if (++this.rows % ROWS_BETWEEN_REPORTS === 1) this.#onRows(this.rows);
  }
}

function notRows({ kind, origins }: Item): AttuneError {
  return new AttuneError('E_STEP_ORDER', {
    what: 'The last step does not make rows',
    got: `${withArticle(kind)} from ${origins[0].file}`,
    fix: 'end with a step that makes rows, such as chunks, conversations or records; `attune data steps` lists them',
  });
}

function noRows(sources: readonly string[], files: FileSummary, reports: readonly StepReport[]): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: `No training rows could be made from ${sources.join(', ')}`,
    got: `${plural(files.files, 'files')}, ${plural(files.documents, 'documents')}`,
    problems: lostRows(files, reports),
    fix: reports.some(({ step }) => step === 'questions')
      ? '--step "questions: {headings: all}" treats every heading as a question; or choose other files or another step'
      : 'choose other files, or another step',
  });
}
