import type { Example } from '../../data/example.ts';

/** Everything that is put in front of a question, as plain data. */
export interface Prompting {
  instruction?: string;
  /** Solved rows for every question, best first. */
  shots?: readonly Example[];
  /** Rows and passages from which those that fit the question are chosen. */
  library?: Library;
}

export interface Library {
  /** Solved rows. */
  rows: readonly Example[];
  /** Number of rows to show. */
  shown: number;
  passages: readonly string[];
  passagesShown: number;
  /** `similarity`: tf-idf cosine of words and characters; `fusion`: BM25, fused with the encoder's ranking if given. */
  by: 'similarity' | 'fusion';
  /** Embedding model: a folder or a known name. */
  encoder?: string;
}

/** Describes a prompting for readers of a comparison. */
export function describePrompting({ instruction, shots = [], library }: Prompting): string | undefined {
  const parts = [
    instruction === undefined ? undefined : `instruction: ${instruction}`,
    shots.length === 0 ? undefined : `shown the same ${shots.length} training rows with every question`,
    library === undefined ? undefined : describeLibrary(library),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function describeLibrary({ rows, shown, passages, passagesShown, by, encoder }: Library): string {
  const nearest = Math.min(shown, rows.length);
  const parts = [
    nearest === 0 ? undefined : `up to ${nearest} training rows nearest to the question`,
    passages.length === 0 ? undefined : `${Math.min(passagesShown, passages.length)} of ${passages.length} passages`,
  ].filter((part) => part !== undefined);
  const found = encoder === undefined ? 'BM25' : `BM25 and ${encoder}, fused by rank`;
  return `shown ${parts.join(' and ')}${by === 'fusion' ? ` (found by ${found})` : ''}`;
}
