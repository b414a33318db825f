import type { FitOptions } from '../../../data/index.ts';
import type { Asked, AskingStyle } from '../../../scoring/asked.ts';
import type { Calibration } from '../../../scoring/temperatures.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import type { ConstraintSpec } from '../../decoding/index.ts';
import type { Model } from '../../../models/model.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { MediaReader, Reference } from '../rows/prepared-rows.ts';

/** Fixed date for templates that print one, so that evaluations are reproducible. */
export const TEMPLATE_DATE = new Date(0);

/** Reason that a row has no prediction. */
export const TOO_LONG = "longer than the model's context";

/** A model with everything it needs to answer rows. */
export interface Answering {
  model: Model;
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media?: MediaReader;
  /** The folder of the model, without an adapter. */
  baseFolder: string;
  /** How rows are read in the run that produced the model, or whose base it is. */
  reading?: RunReading;
  /** How pairs of answers are judged. */
  pairs?: PairJudging;
  /** Temperatures for typed questions. */
  calibration?: Pick<Calibration, 'temperatures'>;
}

/** Recipe keys for rows that are too long. */
export interface RunReading {
  max_length: number;
  long_rows: FitOptions['policy'];
  truncation_side?: FitOptions['side'];
  /** Absent from older recipes, which truncate such texts instead of reading them in windows. */
  max_windows?: FitOptions['maxWindows'];
}

/**
 * Score by which an answer of a pair is preferred: its log-probability, total or per token, or the implicit reward, its
 * gain over the reference.
 */
export type PreferenceMeasure = 'whole' | 'per_token' | 'reference';

/** Measure by which a result was trained, if recorded. */
export interface PairJudging {
  measure: PreferenceMeasure | undefined;
  /** The reference model of the training; undefined for a model that is its own reference. */
  reference(): Promise<{ run: Reference; dispose(): void } | undefined>;
}

export interface AnswerOptions {
  /** Maximum length of an answer in tokens. */
  maxNewTokens: number;
  /** Texts that end an answer, for models that have not learnt to stop. */
  stop?: readonly string[];
  /** Constraints on answers, for models that have not learnt the format. */
  held?: Record<AskingStyle, ConstraintSpec>;
  /** Classes of classification rows, for language models: chooses the most likely class instead of generating. */
  labels?: readonly string[];
  /** How pairs of answers are judged; as in training by default. */
  preference?: PreferenceMeasure;
  /** Whether it is used as a base model, which is its own reference. */
  isBase?: boolean;
  /** Also asks choices with their options reversed, to test whether the order changes the answer. */
  asksReversed?: boolean;
  /** Prompt style of rows other than conversations; chosen on `practice` if absent. */
  style?: AskingStyle;
  /** Solved rows that decide whether the model is prompted by chat turns or by plain text. */
  practice?: readonly Asked[];
}

/** Answers rows, in order. */
export type Answer = (
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
) => Promise<Prediction[]>;
