import type { CellValue } from '../cells.ts';
import type { Provenance } from './kind.ts';

/** A text to classify or to predict a number for. */
export interface ReadText extends Provenance {
  text: string;
  /** Second sentence of a pair task. */
  textPair?: string;
  /** Values by column if the text was joined from several; not part of the row's identity. */
  fields?: Readonly<Record<string, CellValue>>;
}

export function bothTexts({ text, textPair }: ReadText): string {
  return textPair === undefined ? text : `${text}\n${textPair}`;
}
