import { surveyExperts } from '../../src/training/objectives/expert-balance.ts';
import { collateRows } from '../../src/answering/tasks/rows/collate.ts';
import { countTokens } from '../../src/answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from '../../src/training/objectives/next-token.ts';
import type { Objective } from '../../src/training/objective.ts';

/** A language-model objective for rows that are tokenised already, reduced to what a training step needs. */
export const nextTokenObjective = {
  task: 'causal-lm',
  accepts: ['text'],
  separable: true,
  unit: 'tokens',
  collate: (rows) => collateRows(rows, { causal: true }),
  counts: countTokens,
  survey: surveyExperts,
  loss: nextTokenLoss,
} as Partial<Objective> as Objective;
