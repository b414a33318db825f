import type { MessageDocument, Place, RecordDocument, TextDocument } from './document.ts';
import type { LineRange } from '@attune/files/lines';
import type { ReadLimits } from './limits.ts';
import type { NoteBook } from './outcome.ts';

/** A document before its file's name and hash are added. */
export type Draft = (
  | Omit<TextDocument, 'origins'>
  | (Omit<MessageDocument, 'origins' | 'conversation'> & { conversation?: string })
  | Omit<RecordDocument, 'origins'>
) & { place?: Place };

/** A file inside another one that is not an archive entry, such as an attachment: read where its reader yields it. */
export interface InnerFile {
  kind: 'file';
  name: string;
  /** Unpacked; free to be overwritten once the reader goes on. */
  path: string;
  /** The mail that it was attached to. */
  mail?: string;
}

/** User's choices for all files. Plain data. */
export interface ReadChoices {
  /** Recognise the text of scanned pages and of pictures. */
  ocr: boolean;
  /** For SQL sources. */
  query?: string;
}

/** A file on disk; one of an archive has been unpacked to a place of its own. */
export interface FileInput {
  path: string;
  /** As shown to people. */
  name: string;
  bytes: number;
  /** Its first bytes, at most 4,096. */
  head: Buffer;
  /** All its bytes, of a small file: of millions of those, opening them again would be most of the work. */
  content?: Buffer;
  /** Only these of its lines are wanted; of formats that are read `byLines`. */
  range?: LineRange;
  /** A file of the same folder or archive, by its path from this one; undefined where there is none. */
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
  /** Entries, or inner files, that ended earlier readers, once for each time: names may be given twice. */
  skipped: readonly string[];
  /** Says that work goes on, before a long stretch without a document. */
  alive(): void;
  /** The encoding that was found. */
  encoding(name: string): void;
}

/** A file within an archive, unpacked. */
export interface Entry {
  name: string;
  path: string;
  beside?: FileInput['beside'];
}

/** How a format is read. Its libraries are loaded within `read`: recognising a file must stay cheap. */
export interface Reader {
  /** File extensions, without the first dot; the longest match of all readers wins. */
  endings: readonly string[];
  /** Whether a file's content is of this format whatever its name says. Absent where content cannot tell. */
  recognise?(head: Buffer, input: FileInput): boolean | Promise<boolean>;
  /** A file of this name whose content was not recognised is broken: it can be no text either. */
  isBinary?: boolean;
  /** Lines are independent, so that a large file can be read in parallel pieces. */
  byLines?: true;
  /** Its documents in the file's order. @throws Unreadable */
  read?(input: FileInput, context: ReadContext): AsyncIterable<Draft | InnerFile>;
  /** An archive of one file, which does not count as a level of archives. */
  isWrapping?: boolean;
  /** For archives: unpacks entry after entry to `folder`, each overwritten by the next. @throws Unreadable */
  unpack?(input: FileInput, context: ReadContext): AsyncIterable<Entry>;
}
