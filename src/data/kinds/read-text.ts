import type { CellValue } from '../cells.ts';
import type { Provenance } from './kind.ts';

/** A text that is read whole, to be given classes or a number. */
export interface ReadText extends Provenance {
  text: string;
  /** Second sentence of a pair task. */
  textPair?: string;
  /** The values by column, where the text is made of several; no part of what identifies the row. */
  fields?: Readonly<Record<string, CellValue>>;
}

export function bothTexts({ text, textPair }: ReadText): string {
  return textPair === undefined ? text : `${text}\n${textPair}`;
}
