import { pushAll } from '../base/many.ts';
import { entryOf, table } from '../base/table.ts';
import type { FileOutcome, SkipReason } from '@attune/documents';

/** Outcomes of all files: counts and first examples. The full list is written to a file. */
export interface FileSummary {
  files: number;
  read: number;
  /** Number of files read up to a damaged part. */
  partly: number;
  bytes: number;
  documents: number;
  formats: Record<string, number>;
  encodings: Record<string, number>;
  /** Files skipped entirely or in part, by reason. */
  skipped: Partial<Record<SkipReason, { count: number; first: { file: string; message: string }[] }>>;
  /** Content left out of files that were read. */
  notes: Record<string, { count: number; files: number; first: string[] }>;
}

const MOST_SHOWN = 20;

export function emptySummary(): FileSummary {
  return {
    files: 0,
    read: 0,
    partly: 0,
    bytes: 0,
    documents: 0,
    formats: table({}),
    encodings: table({}),
    skipped: table({}),
    notes: table({}),
  };
}

/** Merges the summaries of two sets of files. */
export function addSummary(into: FileSummary, from: FileSummary): void {
  for (const name of ['files', 'read', 'partly', 'bytes', 'documents'] as const) into[name] += from[name];
  for (const [name, times] of Object.entries(from.formats)) count(into.formats, name, times);
  for (const [name, times] of Object.entries(from.encodings)) count(into.encodings, name, times);
  for (const [reason, skipped] of Object.entries(from.skipped)) {
    const entry = (into.skipped[reason as SkipReason] ??= { count: 0, first: [] });
    entry.count += skipped.count;
    pushAll(entry.first, skipped.first.slice(0, MOST_SHOWN - entry.first.length));
  }
  for (const [reason, note] of Object.entries(from.notes)) {
    // own: emptySummary makes tables
    const entry = (into.notes[reason] ??= { count: 0, files: 0, first: [] });
    entry.count += note.count;
    entry.files += note.files;
    pushAll(entry.first, note.first.slice(0, MOST_SHOWN - entry.first.length));
  }
}

/** Counts outcomes and passes each on. */
export class FileTally {
  readonly summary = emptySummary();
  readonly #onOutcome: (outcome: FileOutcome) => void;

  constructor(onOutcome: (outcome: FileOutcome) => void) {
    this.#onOutcome = onOutcome;
  }

  add(outcome: FileOutcome): void {
    this.#onOutcome(outcome);
    const { summary } = this;
    // An archive does not count; its contents do.
    if (outcome.isWrapping === true && outcome.status === 'read') return;
    summary.files++;
    summary.bytes += outcome.bytes;
    summary.documents += outcome.documents;
    if (outcome.status === 'read') summary.read++;
    if (outcome.status === 'partly') summary.partly++;
    if (outcome.format !== undefined && outcome.status !== 'skipped') count(summary.formats, outcome.format);
    if (outcome.encoding !== undefined) count(summary.encodings, outcome.encoding);
    if (outcome.reason !== undefined) this.#skip(outcome, outcome.reason);
    for (const { reason, count: times, first } of outcome.notes) {
      // own: emptySummary makes tables
      const note = (summary.notes[reason] ??= { count: 0, files: 0, first: [] });
      note.count += times;
      note.files++;
      const place = first.length === 0 ? outcome.file : `${outcome.file}: ${first[0]}`;
      if (note.first.length < MOST_SHOWN) note.first.push(place);
    }
  }

  #skip({ file, message = '' }: FileOutcome, reason: SkipReason): void {
    const entry = (this.summary.skipped[reason] ??= { count: 0, first: [] });
    entry.count++;
    if (entry.first.length < MOST_SHOWN) entry.first.push({ file, message });
  }
}

function count(counts: Record<string, number>, name: string, times = 1): void {
  // own: emptySummary makes tables
  counts[name] = (entryOf(counts, name) ?? 0) + times;
}
