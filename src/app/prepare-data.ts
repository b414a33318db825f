import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { withoutCredentials } from '../base/secrets.ts';
import type { ReadLimits } from '../documents/index.ts';
import { requireWritable } from '../files/atomic.ts';
import { prepare, type PreparationReport, type StepSpec } from '../prepare/index.ts';
import { Tokenizer } from '../text/index.ts';
import { loadRecognisers } from './redact/recognisers.ts';
import { modelFolder } from '../jobs/model/base-model.ts';

export interface PrepareDataOptions {
  /** The JSONL file to write. */
  to: string;
  /** `{ step: 'chunks', size: 512 }`, in order; what suits the documents unless given. */
  steps?: readonly StepSpec[];
  /** Recognise the text of scanned pages and of pictures. */
  ocr?: boolean;
  /** For databases: what to read of them; only reading is possible. */
  query?: string;
  /** Largest files and longest times that documents may take. */
  limits?: Partial<ReadLimits>;
  /** Files read at once, each in a process of its own. */
  processes?: number;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export interface PreparedData extends PreparationReport {
  to: string;
}

/**
 * Makes rows to train on of documents of any kind: files, folders, archives.
 * @throws AttuneError as `prepare`
 */
export async function prepareData(sources: readonly string[], options: PrepareDataOptions): Promise<PreparedData> {
  const { to, steps: chosen, ocr, query, limits, processes, onEvent, signal } = options;
  if (!/\.(jsonl|ndjson)$/.test(to)) {
    throw new AttuneError('E_USAGE', {
      what: `Rows are written as JSON Lines, not to ${to}`,
      fix: 'name a file that ends in .jsonl',
    });
  }
  requireWritable(to);
  onEvent?.({ type: 'phase-started', phase: 'data', message: `reading ${withoutCredentials(sources.join(', '))}` });
  const report = await prepare({
    sources,
    to: resolve(to),
    steps: chosen,
    reading: { ocr, query, limits, processes },
    base: process.cwd(),
    openTokenizer: (name) => Tokenizer.load(modelFolder(name)),
    openRecognisers: loadRecognisers,
    onProgress: ({ documents }) =>
      onEvent?.({ type: 'work-advanced', phase: 'data', done: documents, unit: 'documents' }),
    signal,
  });
  return { ...report, to };
}
