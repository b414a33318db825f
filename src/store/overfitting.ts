/** Whether a result learnt its rows by heart. The run folder's overfitting.json. */
export interface Overfitting {
  version: 1;
  confidence: number;
  /** Absent without rows to validate on. */
  gap?: LossGap;
  /** Absent where no answer is long enough, or none were written. */
  memorised?: Memorised;
  /** Absent where no rule could put two training rows in other words. */
  paraphrases?: Paraphrases;
  /** Absent without rows to validate on. */
  membership?: Membership;
  /** Absent where the recipe planted none. */
  canaries?: CanaryExposure;
}

/** How well losses, less the base model's, tell training rows from validation rows. */
export interface Membership {
  /** Area under the curve: 0.5 is chance, 1 certainty. */
  auc: number;
  low: number;
  high: number;
  trainingRows: number;
  otherRows: number;
}

/** How much of the planted codes the result gives away: bits of each, by its rank among random ones. */
export interface CanaryExposure {
  /** Of each canary, in order. */
  exposures: readonly number[];
  /** Of the base model, which never saw them: what chance makes of it. */
  base: readonly number[];
  /** The most that can be measured. */
  most: number;
}

/** Loss of an answer's token, in nats, on rows that were trained on and on rows that were not. */
export interface LossGap {
  training: number;
  validation: number;
  trainingRows: number;
  validationRows: number;
  /** Validation less training. */
  gap: number;
  low: number;
  high: number;
}

/** What other words in the prompt cost, on rows that were trained on and on rows that were not. */
export interface Paraphrases {
  training: ParaphraseLoss;
  /** Absent with fewer than two such rows. */
  validation?: ParaphraseLoss;
}

/** Losses of an answer's token, in nats, after the row's own prompt and after the same in other words. */
export interface ParaphraseLoss {
  rows: number;
  base: { original: number; rephrased: number };
  tuned: { original: number; rephrased: number };
  /** What other words cost the tuned model more than the base. */
  excess: number;
  low: number;
  high: number;
}

/** Runs of words in answers to test rows that stand in training rows, but not in the row's own prompt. */
export interface Memorised {
  /** Words of a run. */
  order: number;
  rows: number;
  /** Share of the runs in what the model answered, and in the right answers to the same rows. */
  answers: number;
  expected: number;
  /** Answers less expected: what is above 0 was learnt by heart. */
  excess: number;
  low: number;
  high: number;
  /** The longest memorised stretches, each with the id of its row. */
  examples: readonly { id: string; text: string }[];
}
