/** Scores of classification heads. R rows, C classes */
import { collateRows } from '../rows/collate.ts';
import { stepScores } from '../rows/step-scores.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';

/** Raw outputs of the head: [R][C] */
export function classScores(model: Model, rows: readonly PreparedRow[], causal: boolean): number[][] {
  const flat = noGrad(() =>
    scope(() => {
      const batch = collateRows(rows, { causal });
      const hidden = model.hidden(batch.input);
      return model.sequenceHead.scores(hidden, model.layoutOf(batch.input)).toNumbers(); // [R, C]
    }),
  );
  const classes = flat.length / rows.length;
  return rows.map((_, row) => Array.from(flat.slice(row * classes, (row + 1) * classes)));
}

/** Separator after each step of the training rows; a newline unless configured. */
export function separatorOf({ config }: Pick<Model, 'config'>): string {
  return typeof config.step_separator === 'string' ? config.step_separator : '\n';
}

/** Probability that each step of each row is right, which is the head's second class. */
export function rightSteps(
  model: Model,
  rows: readonly PreparedRow[],
  { causal, right = 1 }: { causal: boolean; right?: number },
): number[][] {
  const found = noGrad(() =>
    scope(() => {
      const batch = { ...collateRows(rows, { causal }), rows };
      return [...stepScores(model, batch).logSoftmax(-1).exp().select(1, right).toNumbers()];
    }),
  );
  let from = 0;
  return rows.map(({ trained }) => found.slice(from, (from += trained.reduce((sum, one) => sum + one, 0))));
}
