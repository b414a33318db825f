import type { FitOptions } from '../../../data/index.ts';
import type { Asked, AskingStyle } from '../../../scoring/asked.ts';
import type { Calibration } from '../../../scoring/temperatures.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import type { ConstraintSpec } from '../../decoding/index.ts';
import type { Model } from '../../../models/model.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { MediaReader, Reference } from '../rows/prepared-rows.ts';

/** Templates that show the date must not make two evaluations differ. */
export const TEMPLATE_DATE = new Date(0);

/** Why a model leaves a row unanswered. */
export const TOO_LONG = "longer than the model's context";

/** A model with everything it needs to answer rows. */
export interface Answering {
  model: Model;
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media?: MediaReader;
  /** The folder of the model, without an adapter. */
  baseFolder: string;
  /** How the run read its rows that the model comes from, or that it is the base of. */
  reading?: RunReading;
  /** How pairs of answers are judged. */
  pairs?: PairJudging;
  /** Temperatures of typed questions. */
  calibration?: Pick<Calibration, 'temperatures'>;
}

/** A recipe's keys about rows that are too long. */
export interface RunReading {
  max_length: number;
  long_rows: FitOptions['policy'];
  truncation_side?: FitOptions['side'];
  /** Absent from recipes that cut such texts in place of reading them in windows. */
  max_windows?: FitOptions['maxWindows'];
}

/**
 * Preference for one answer of a pair: its log-probability, whole or per token, or the implicit reward, the increase
 * since the reference.
 */
export type PreferenceMeasure = 'whole' | 'per_token' | 'reference';

/** Measure by which a result was trained, if recorded. */
export interface PairJudging {
  measure: PreferenceMeasure | undefined;
  /** The model that training compared with; undefined for one that nothing was made from: it is its own. */
  reference(): Promise<{ run: Reference; dispose(): void } | undefined>;
}

export interface AnswerOptions {
  /** Longest answer, in tokens. */
  maxNewTokens: number;
  /** Texts that end an answer, for models that have learnt no end. */
  stop?: readonly string[];
  /** Constraints on answers, for models that have not learnt the form. */
  held?: Record<AskingStyle, ConstraintSpec>;
  /** The classes of classification rows, for a language model: it chooses the likeliest instead of writing. */
  labels?: readonly string[];
  /** How pairs of answers are judged; as the model was trained to, unless given. */
  preference?: PreferenceMeasure;
  /** Whether it is asked as a base model, which is its own reference. */
  isBase?: boolean;
  /** Choices are asked a second time with their options reversed, to see whether the order changes the answer. */
  asksReversed?: boolean;
  /** Solved rows that show whether the model is better asked in turns or by a text to continue. */
  practice?: readonly Asked[];
}

/** Answers rows, in their order. */
export type Answer = (
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
) => Promise<Prediction[]>;
