/** Values of feedback that are tested. */
import type { Selectable } from 'kysely';
import type { FeedbackTable } from '../traces/traces-tables.ts';

export type SaidOfAnswer = { id: string; at: number; arrival: number | null } & SaidValue;

export type SaidValue =
  /** 1 for a thumb down; for edits, the share of the answer that changed. */
  | { name: 'thumb_down' | 'edits'; value: number }
  /** The confidence of an answer whose right class a person named. */
  | { name: 'calibration'; value: number; isRight: boolean };

/** Class and confidence of an answer. */
interface AnsweredClass {
  answered: string | null;
  confidence: number | null;
}

type Said = Pick<Selectable<FeedbackTable>, 'thumb' | 'edited' | 'label'>;
type SaidRow = Said & AnsweredClass & Pick<Selectable<FeedbackTable>, 'trace' | 'at' | 'arrival'>;

/** Tested values in a row of feedback, joined with its answer. */
export function saidIn({ trace: id, at, arrival, ...said }: SaidRow): SaidOfAnswer[] {
  return testedValues(said, said).map((value) => ({ id, at, arrival, ...value }));
}

export function testedValues({ thumb, edited, label }: Said, { answered, confidence }: AnsweredClass): SaidValue[] {
  const isJudged = label !== null && answered !== null && confidence !== null;
  return [
    ...(thumb === null ? [] : [{ name: 'thumb_down', value: 1 - thumb } as const]),
    ...(edited === null ? [] : [{ name: 'edits', value: edited } as const]),
    ...(isJudged ? [{ name: 'calibration', value: confidence, isRight: answered === label } as const] : []),
  ];
}
