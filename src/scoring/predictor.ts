import type { Example } from '../data/example.ts';

/** Likelihood of the example's answer under a model, from which loss, perplexity and bits per byte are computed. */
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
  /** The class, if the predictor chooses among known ones. */
  label?: string;
  /** All predicted classes, for rows with any number of them. */
  labels?: readonly string[];
  /** Probability by label. */
  scores?: Record<string, number>;
  /** Texts of a collection by relevance, best first. */
  ranking?: readonly string[];
  /** Hashes of images by relevance to the row's text, best first. */
  imageRanking?: readonly string[];
  likelihood?: Likelihood;
  /** Preference for the chosen over the rejected answer; negative if the rejected one is preferred. */
  margin?: number;
  /** The preference by other measures of a language model: per token, and relative to its reference. */
  margins?: { per_token: number; reference?: number };
  /** Probability that each step of a row's answer is correct. */
  steps?: readonly number[];
  /** Answers to a row's typed questions, in order. */
  decisions?: readonly DecisionAnswer[];
  /** The text's reward by the reward functions of a run. */
  reward?: number;
  /**
   * The best span of a row's text, whether or not it is the answer, its start in UTF-16 units, and by how much "no
   * answer" scores higher.
   */
  stretch?: { text: string; start: number; noneBy: number };
  /** Why the row could not be answered, as a clause: "longer than the model's context". */
  unreadable?: string;
  /** Why the text ended. */
  finish?: 'stop' | 'length';
  usage?: RowUsage;
}

/** The answer to a typed question. */
export interface DecisionAnswer {
  /** Probability of each option, in option order. */
  probabilities: readonly number[];
  /** Language models: the probability of all labels together among all tokens. */
  labelMass?: number;
  /** For choices asked in two orders of options: whether the answers differ. */
  isFlipped?: boolean;
  /** If asked again with a command in the state to answer otherwise: whether the answer changes. */
  isLed?: boolean;
}

/** Cost of one answer, as far as known. */
export interface RowUsage {
  /** Time for this row alone, if rows are answered one by one. */
  seconds?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** In the currency of the given prices. */
  cost?: number;
}

export interface PredictOptions {
  signal?: AbortSignal;
  /** Recommenders: whether items of a row's history may be recommended; they are excluded by default. */
  keepSeen?: boolean;
  /** Called after each row or batch of rows. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Anything that answers examples: a base, prompted or tuned model, an endpoint, a nearest neighbour, a constant. It is
 * all that comparisons know about systems. It must not read the examples' answers, except to score their likelihood.
 */
export interface Predictor {
  readonly name: string;
  /** Finding made while answering, for readers of a comparison. */
  readonly note?: string;
  /** One prediction per example, in order. */
  predict(examples: readonly Example[], options?: PredictOptions): Promise<Prediction[]>;
}

/** Result of answering one example. */
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
