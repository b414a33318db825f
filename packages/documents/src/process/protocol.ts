/** Messages between a reader's process and its parent. */
import type { Document } from '../document.ts';
import type { FilePiece } from '../cut-file.ts';
import type { ReadLimits } from '../limits.ts';
import type { FileOutcome } from '../outcome.ts';
import type { ReadChoices } from '../reader.ts';

/** One file to read. Plain data. */
export interface ReadJob {
  path: string;
  /** As shown to people. */
  name: string;
  /** The folder that it may be read from; a database's address. */
  root: string;
  /** Only this of it. */
  piece?: FilePiece;
  choices: ReadChoices;
  limits: ReadLimits;
  /** A folder of the job's own, where entries of archives are unpacked. */
  folder: string;
  /** Entries that ended an earlier reader of this archive: all up to the last of them have been read. */
  skipped: readonly string[];
}

export type ToReader =
  | { type: 'read'; job: ReadJob }
  /** One batch has been used: another may be sent. */
  | { type: 'more' };

export type FromReader =
  /** The process has started and takes work. */
  | { type: 'ready' }
  | { type: 'documents'; documents: Document[] }
  /** A file, or one within an archive, is done with. */
  | { type: 'outcome'; outcome: FileOutcome }
  /** Work goes on; within an archive, on this entry; '' where it goes on behind it in the file itself. */
  | { type: 'alive'; entry?: string }
  | { type: 'done' };

/** An argument of the process. */
export const WITH_NETWORK = '--network';

/** Batches that may be under way at once: the reader works ahead of its user, but not without end. */
export const WINDOW = 4;
