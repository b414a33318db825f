import type { Example } from '../data/example.ts';

/** How likely the example's own answer is to a model: what loss, perplexity and bits per byte are made of. */
export interface Likelihood {
  /** Sum over the answer's tokens of -ln p, in nats. */
  negativeLogLikelihood: number;
  /** Loss tokens. */
  tokens: number;
  /** UTF-8 bytes of the answer. */
  bytes: number;
}

/** Prediction for one example. Fields that the predictor does not provide are absent. */
export interface Prediction {
  /** The example's id. */
  id: string;
  /** The answer. */
  text?: string;
  /** The class, where the predictor chooses among known ones. */
  label?: string;
  /** All classes that it gives, where rows may have any number of them. */
  labels?: readonly string[];
  /** Probability by label. */
  scores?: Record<string, number>;
  /** Texts of a collection by how well they fit, the best first. */
  ranking?: readonly string[];
  /** Hashes of images by how well they fit the row's text, the best first. */
  imageRanking?: readonly string[];
  likelihood?: Likelihood;
  /** By how much the chosen answer of a pair is preferred to the rejected one; below 0 where it is not. */
  margin?: number;
  /** The same of a language model's answers by other measures: per token, and against its reference where that was asked. */
  margins?: { per_token: number; reference?: number };
  /** How probable it is that each step of a row's answer is right. */
  steps?: readonly number[];
  /** Answers to a row's typed questions, in their order. */
  decisions?: readonly DecisionAnswer[];
  /** The best stretch of a row's text, whether or not it is the answer, where it begins in UTF-16 units, and by how much "none" answers better. */
  stretch?: { text: string; start: number; noneBy: number };
  /** Why the row could not be answered at all: a clause such as "longer than the model can read". */
  unreadable?: string;
  /** Why the text ended. */
  finish?: 'stop' | 'length';
  usage?: RowUsage;
}

/** The answer to a typed question. */
export interface DecisionAnswer {
  /** Probability of each option, in their order. */
  probabilities: readonly number[];
  /** Language models: the probability of all labels together among all tokens. */
  labelMass?: number;
  /** Choices that were asked in two orders of options: whether the answers differ. */
  isFlipped?: boolean;
}

/** Cost of one answer, as far as known. */
export interface RowUsage {
  /** Time for this row alone, if rows are answered one by one. */
  seconds?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** In the currency of the prices that were given. */
  cost?: number;
}

export interface PredictOptions {
  signal?: AbortSignal;
  /** Recommenders: whether items that a row already has may be recommended again; they are left out by default. */
  keepSeen?: boolean;
  /** Told after each row or batch of rows. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Anything that answers examples: a base, prompted or tuned model, an endpoint, a nearest neighbour, a constant.
 * Comparisons know nothing else. It must not read the examples' answers, except to say how likely they are.
 */
export interface Predictor {
  readonly name: string;
  /** Finding made while answering, for readers of a comparison. */
  readonly note?: string;
  /** One prediction per example, in order. */
  predict(examples: readonly Example[], options?: PredictOptions): Promise<Prediction[]>;
}

/** A predictor from a function of one example; checks for an abort between rows. */
type RowAnswer = Omit<Prediction, 'id'>;

export function rowPredictor(
  name: string,
  answer: (example: Example, options?: PredictOptions) => RowAnswer | Promise<RowAnswer>,
): Predictor {
  return {
    name,
    async predict(examples, options) {
      const predictions: Prediction[] = [];
      for (const example of examples) {
        options?.signal?.throwIfAborted();
        predictions.push({ id: example.id, ...(await answer(example, options)) });
        options?.onProgress?.(predictions.length, examples.length);
      }
      return predictions;
    },
  };
}
