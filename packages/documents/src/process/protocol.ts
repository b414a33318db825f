/** Messages between a reader process and its parent. */
import type { Document } from '../document.ts';
import type { FilePiece } from '../cut-file.ts';
import type { ReadLimits } from '../limits.ts';
import type { FileOutcome } from '../outcome.ts';
import type { ReadChoices } from '../reader.ts';

/** One file to read. Plain data. */
export interface ReadJob {
  path: string;
  /** Display name. */
  name: string;
  /** The folder that may be read; for a database, its address. */
  root: string;
  /** Restricts reading to this range. */
  piece?: FilePiece;
  choices: ReadChoices;
  limits: ReadLimits;
  /** A scratch folder of the job, where archive entries are unpacked. */
  folder: string;
  /** Entries that crashed an earlier reader of this archive: everything up to the last of them has been read. */
  skipped: readonly string[];
}

export type ToReader =
  | { type: 'read'; job: ReadJob }
  /** A batch was consumed: another may be sent. */
  | { type: 'more' };

export type FromReader =
  /** The process has started and accepts work. */
  | { type: 'ready' }
  | { type: 'documents'; documents: Document[] }
  /** A file, or an entry of an archive, is finished. */
  | { type: 'outcome'; outcome: FileOutcome }
  /** Work is in progress; within an archive, on this entry; '' after the entry, in the file itself. */
  | { type: 'alive'; entry?: string }
  | { type: 'done' };

/** Command-line argument of the process. */
export const WITH_NETWORK = '--network';

/** Maximum unconfirmed batches: the reader works ahead of its consumer, within limits. */
export const WINDOW = 4;
