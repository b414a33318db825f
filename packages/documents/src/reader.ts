import type { MessageDocument, Place, RecordDocument, TextDocument } from './document.ts';
import type { LineRange } from '@attune/files/lines';
import type { FileQuery, TableFormat } from './formats/sql/file-query.ts';
import type { ReadLimits } from './limits.ts';
import type { NoteBook } from './outcome.ts';

/** A document before its file's name and hash are added. */
export type Draft = (
  | Omit<TextDocument, 'origins'>
  | (Omit<MessageDocument, 'origins' | 'conversation'> & { conversation?: string })
  | Omit<RecordDocument, 'origins'>
) & { place?: Place };

/** A file inside another one that is not an archive entry, such as an attachment: read when its reader yields it. */
export interface InnerFile {
  kind: 'file';
  name: string;
  /** Path of the unpacked file; may be overwritten once the reader continues. */
  path: string;
  /** The mail that it was attached to. */
  mail?: string;
}

/** The user's options for all files. Plain data. */
export interface ReadChoices {
  /** Whether to recognise the text of scanned pages and pictures. */
  ocr: boolean;
  /** For SQL sources. */
  query?: string;
  /** For tables in files; other files are then skipped. */
  sql?: FileQuery;
}

/** A file on disk; one from an archive has been unpacked to a scratch path. */
export interface FileInput {
  path: string;
  /** Display name. */
  name: string;
  bytes: number;
  /** Its first bytes, at most 4,096. */
  head: Buffer;
  /** The complete content of a small file: reopening millions of them would dominate the work. */
  content?: Buffer;
  /** Restricts reading to these lines, for formats that are read `byLines`. */
  range?: LineRange;
  /** Reads another file of the same folder or archive, by relative path; undefined if it does not exist. */
  beside?(name: string): Promise<Buffer | undefined>;
}

export interface ReadContext {
  choices: ReadChoices;
  limits: ReadLimits;
  notes: NoteBook;
  /** Totals of the current file with all its contents. */
  total: { unpacked: number; entries: number };
  /** Scratch folder of the reader, which it empties itself. */
  folder: string;
  /** Entries or inner files that crashed earlier readers, once per occurrence, since names may repeat. */
  skipped: readonly string[];
  /** Reports progress before long work without a document. */
  alive(): void;
  /** Reports the detected encoding. */
  encoding(name: string): void;
}

/** A file within an archive, unpacked. */
export interface Entry {
  name: string;
  path: string;
  beside?: FileInput['beside'];
}

/** How a format is read. Libraries are loaded within `read`, so that recognising a file stays cheap. */
export interface Reader {
  /** File extensions, without the first dot; the longest match of all readers wins. */
  endings: readonly string[];
  /** Recognises the format by content, whatever the file's name. Absent if content is not distinctive. */
  recognise?(head: Buffer, input: FileInput): boolean | Promise<boolean>;
  /** Whether a file with this extension and unrecognised content is broken, since it cannot be text either. */
  isBinary?: boolean;
  /** How a query reads it; absent for formats that queries do not read. */
  queried?: TableFormat;
  /** Lines are independent, so that a large file can be read in parallel pieces. */
  byLines?: true;
  /** Its documents in file order. @throws Unreadable */
  read?(input: FileInput, context: ReadContext): AsyncIterable<Draft | InnerFile>;
  /** Whether it is a compressed single file, which does not count as an archive level. */
  isWrapping?: boolean;
  /**
   * For archives: unpacks one entry after the other to `folder`, each overwriting the previous one. @throws Unreadable
   */
  unpack?(input: FileInput, context: ReadContext): AsyncIterable<Entry>;
}
