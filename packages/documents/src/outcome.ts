/** Why a file, or part of it, was not read. */
export const skipReasons = {
  empty: 'holds nothing',
  'no-text': 'holds no text, such as a scanned page',
  'unknown-format': 'no known format',
  binary: 'binary data of an unknown format',
  broken: 'damaged, cut off, or not what its name says',
  encrypted: 'needs a password',
  bomb: 'unpacks to far more than it is',
  'too-large': 'larger than its format can be read',
  'too-deep': 'an archive within archives within archives',
  'too-slow': 'did not come to an end in time',
  'out-of-memory': 'needs more memory than a reader may have',
  crashed: 'its reader failed',
  'disk-full': 'not enough disk space to unpack it: free some, or set TMPDIR to a folder on another disk',
  link: 'a link: what it leads to is not read through it',
  'path-escape': 'a name that leads out of its archive',
  'special-file': 'no file: a pipe, a socket or a device',
  output: 'what is being written',
  hidden: 'a hidden name, or a folder of tools',
  unreadable: 'the system does not let it be read',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Something that was left out of a file that was read. */
export interface Note {
  reason: string;
  count: number;
  /** The first of them, in words. */
  first: string[];
}

/** Outcome of one file. A file is listed once, however many documents it contains. */
export interface FileOutcome {
  file: string;
  status: 'read' | 'partly' | 'skipped';
  bytes: number;
  sha256?: string;
  format?: string;
  documents: number;
  /** Only a wrapping of one file, which is listed by itself: a .gz. */
  isWrapping?: true;
  /** For `skipped` and `partly`. */
  reason?: SkipReason;
  message?: string;
  /** The encoding that its text was found to have, where that is not UTF-8. */
  encoding?: string;
  notes: readonly Note[];
}

/** A file that cannot be read, thrown by readers: it is listed and passed over. */
export class Unreadable extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, message: string = skipReasons[reason]) {
    super(message);
    this.reason = reason;
  }
}

const MOST_SHOWN = 5;
const MOST_REASONS = 40;

/** Counts what was left out, with its first places. */
export class NoteBook {
  readonly #notes = new Map<string, Note>();

  add(reason: string, what?: string, count = 1): void {
    // Reasons that name what they found could be without end.
    if (!this.#notes.has(reason) && this.#notes.size >= MOST_REASONS) reason = 'others';
    const note = this.#notes.get(reason) ?? { reason, count: 0, first: [] };
    note.count += count;
    if (what !== undefined && note.first.length < MOST_SHOWN) note.first.push(what);
    this.#notes.set(reason, note);
  }

  get notes(): Note[] {
    return [...this.#notes.values()];
  }
}

/** Outcome of a file that was read in pieces, from the outcomes of these, in order. */
export function joinOutcomes(pieces: readonly FileOutcome[]): FileOutcome {
  const [first] = pieces;
  const sum = (key: 'bytes' | 'documents'): number => pieces.reduce((total, piece) => total + piece[key], 0);
  const [bytes, documents] = [sum('bytes'), sum('documents')];
  const notes = new NoteBook();
  for (const { reason, count, first: places } of pieces.flatMap((piece) => piece.notes)) {
    for (const place of places) notes.add(reason, place);
    notes.add(reason, undefined, count - places.length);
  }
  // A piece may hold nothing, if only the file holds something.
  const failed = pieces.find(({ reason }) => reason !== undefined && (reason !== 'no-text' || documents === 0));
  const { format, sha256, encoding } = pieces.find((piece) => piece.format !== undefined) ?? first;
  return {
    file: first.file,
    status: failed === undefined ? 'read' : documents > 0 ? 'partly' : 'skipped',
    bytes,
    documents,
    ...(sha256 !== undefined && { sha256 }),
    ...(format !== undefined && { format }),
    ...(encoding !== undefined && { encoding }),
    ...(failed !== undefined && { reason: failed.reason, message: failed.message }),
    notes: notes.notes,
  };
}
