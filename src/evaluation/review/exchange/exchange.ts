/** Export of pairs and choices to other tools, and import from them. */
import { randomUnit } from '../../../base/random.ts';
import type { HumanLabel } from '../../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../../scoring/judges/answer-pairs.ts';

/** An imported choice, by the order in which the answers were shown there. */
export interface ImportedLabel {
  pair: AnswerPair;
  choice: 'first' | 'second' | 'tie' | 'neither' | 'a' | 'b';
  reviewer: string;
}

export interface Exchange {
  /** Written as one JSON list instead of JSON lines. */
  isList?: boolean;
  /** Project settings for the other tool, written next to the records. */
  settings?: { ending: string; text: string };
  /** One record per pair. */
  write(pairs: readonly AnswerPair[], labels: readonly HumanLabel[]): object[];
  /** The choices of one record, or its problem. */
  read(record: Record<string, unknown>, pairs: ReadonlyMap<string, AnswerPair>): ImportedLabel[] | string;
}

/** Order of the answers in the other tool: randomised by pair, so that neither system is always first. */
export function sideOf({ id }: AnswerPair): 'ab' | 'ba' {
  return randomUnit([0, `exchange ${id}`]) < 0.5 ? 'ab' : 'ba';
}
