/** Why a file, or part of it, was not read. */
export const skipReasons = {
  empty: 'is empty',
  'no-text': 'contains no text, such as a scanned page',
  'unknown-format': 'unknown format',
  binary: 'binary data of an unknown format',
  broken: 'damaged, truncated, or not what its name says',
  'not-installed': 'needs packages that are not installed',
  encrypted: 'needs a password',
  bomb: 'unpacks to far more than its size',
  'too-large': 'larger than the limit for its format',
  'too-deep': 'archives nested too deeply',
  'too-slow': 'was not read in time',
  'out-of-memory': 'needs more memory than a reader is allowed',
  crashed: 'its reader failed',
  'disk-full': 'not enough disk space to unpack it: free some, or set TMPDIR to a folder on another disk',
  link: 'a link, which is not followed',
  'path-escape': 'a path outside its archive',
  'special-file': 'not a file, but a pipe, a socket or a device',
  output: 'output of this command',
  hidden: 'hidden, or a folder of a tool',
  unreadable: 'the system does not allow reading it',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Content left out of a file that was read. */
export interface Note {
  reason: string;
  count: number;
  /** The first occurrences, in words. */
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
  /** Only a compressed single file, which is listed separately: a .gz. */
  isWrapping?: true;
  /** For `skipped` and `partly`. */
  reason?: SkipReason;
  message?: string;
  /** Detected encoding of its text, unless it is UTF-8. */
  encoding?: string;
  notes: readonly Note[];
}

/** Thrown by readers for a file that cannot be read; it is listed and skipped. */
export class Unreadable extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, message: string = skipReasons[reason]) {
    super(message);
    this.reason = reason;
  }
}

const MOST_SHOWN = 5;
const MOST_REASONS = 40;

/** Counts omitted content by reason, with the first places. */
export class NoteBook {
  readonly #notes = new Map<string, Note>();

  add(reason: string, what?: string, count = 1): void {
    // Reasons that include found values could be unlimited in number.
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

/** Combines the outcomes of a file's pieces, in order. */
export function joinOutcomes(pieces: readonly FileOutcome[]): FileOutcome {
  const [first] = pieces;
  const sum = (key: 'bytes' | 'documents'): number => pieces.reduce((total, piece) => total + piece[key], 0);
  const [bytes, documents] = [sum('bytes'), sum('documents')];
  const notes = new NoteBook();
  for (const { reason, count, first: places } of pieces.flatMap((piece) => piece.notes)) {
    for (const place of places) notes.add(reason, place);
    notes.add(reason, undefined, count - places.length);
  }
  // A piece may be empty if the file as a whole is not.
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
