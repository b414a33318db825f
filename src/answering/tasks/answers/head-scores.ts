/** Scores of classifiers' heads. R rows, C classes */
import { collateRows } from '../rows/collate.ts';
import { stepScores } from '../rows/step-scores.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';

/** As the head gives them: [R][C] */
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

/** Separator after each step of the training rows; a newline unless the configuration has one. */
export function separatorOf({ config }: Pick<Model, 'config'>): string {
  return typeof config.step_separator === 'string' ? config.step_separator : '\n';
}

/** The probability of a class at each step of each row; the second class is that of right steps. */
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
