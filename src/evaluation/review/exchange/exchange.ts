/** How pairs and choices go to other tools and come back. */
import { randomUnit } from '../../../base/random.ts';
import type { HumanLabel } from '../../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../../scoring/judges/answer-pairs.ts';

/** A choice as it came back: of what stood first or second there. */
export interface ImportedLabel {
  pair: AnswerPair;
  choice: 'first' | 'second' | 'tie' | 'neither' | 'a' | 'b';
  reviewer: string;
}

export interface Exchange {
  /** A list, in place of a record on each line. */
  isList?: boolean;
  /** Settings of a project in the other tool; written next to the records. */
  settings?: { ending: string; text: string };
  /** One record for each pair. */
  write(pairs: readonly AnswerPair[], labels: readonly HumanLabel[]): object[];
  /** The choices of one record, or what is wrong with it. */
  read(record: Record<string, unknown>, pairs: ReadonlyMap<string, AnswerPair>): ImportedLabel[] | string;
}

/** Which answer stands first elsewhere: drawn by the pair, so that neither system always does. */
export function sideOf({ id }: AnswerPair): 'ab' | 'ba' {
  return randomUnit([0, `exchange ${id}`]) < 0.5 ? 'ab' : 'ba';
}
