import { foldsOf, type Example } from '../../data/index.ts';
import { decidingWell, fitCheap } from '../../evaluation/compare/cheap-systems.ts';
import { relativesOf } from '../../evaluation/compare/relatives.ts';
import { answerRows, type Answered } from '../../answering/system.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { SkippedSystem } from '../../store/results.ts';

export interface CheapRows {
  train: readonly Example[];
  validation: readonly Example[];
  test: readonly Example[];
}

/** With fewer test rows than this, all rows take turns as test rows. */
const FEW = 200;
/** Up to this number of rows, fitting cheap systems takes seconds per fold. */
const MOST_ROWS = 3000;
const FOLDS = 5;

export interface CrossValidated {
  answered: Answered[];
  rows: readonly Example[];
  skipped: SkippedSystem[];
}

/**
 * Whether to cross-validate: the test rows are too few, and all rows few enough to fit every system several times. Rows
 * split by time are not: systems would be fitted on later rows than they answer.
 */
export function isCrossValidated({ train, validation, test }: CheapRows): boolean {
  const isByTime = test.some(({ time }) => time !== undefined);
  return !isByTime && test.length < FEW && train.length + validation.length + test.length <= MOST_ROWS;
}

/** Answers of every cheap system to every row, each from a system fitted on the other folds. */
export async function crossValidate(
  { train, validation, test }: CheapRows,
  seed: number,
  signal?: AbortSignal,
): Promise<CrossValidated> {
  const rows = [...train, ...validation, ...test];
  const folds = foldsOf(rows, FOLDS, { setOf: await relativesOf(rows, signal), seed });
  const found = new Map<string, { system: Answered; predictions: Map<string, Prediction> }>();
  let skipped: SkippedSystem[] = [];
  const places = Array.from({ length: FOLDS }, (_, fold) => fold).filter((fold) => folds.includes(fold));
  for (const fold of places) {
    const inFold = (one: number) => rows.filter((_, row) => folds[row] === one);
    const [asked, deciding] = [inFold(fold), inFold((fold + 1) % FOLDS)];
    const rest = rows.filter((_, row) => folds[row] !== fold);
    const fitted = await fitCheap(rest, { signal });
    skipped = fitted.skipped;
    for (const system of await decidingWell(fitted.systems, { train: rest, validation: deciding }, signal)) {
      const answered = await answerRows(system, asked, { signal });
      const { predictions } = found.get(answered.name) ?? { predictions: new Map<string, Prediction>() };
      for (const [row, prediction] of answered.predictions.entries()) predictions.set(asked[row].id, prediction);
      found.set(answered.name, { system: answered, predictions });
    }
  }
  const whole = [...found.values()].filter(({ predictions }) => rows.every(({ id }) => predictions.has(id)));
  const answered = whole.map(({ system, predictions }) => {
    return { ...system, note: undefined, predictions: rows.map(({ id }) => predictions.get(id)!) };
  });
  return { answered, rows, skipped };
}
