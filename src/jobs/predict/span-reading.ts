import type { RawConfig } from '../../models/config.ts';

/** How answers are read off a head that finds where they start and end; config.json has it as `answer_spans`. */
export interface SpanReading {
  /** Tokens that a window of a long text shares with the one before. */
  stride: number;
  /** Tokens of an answer, at most. */
  longest: number;
  may_be_absent: boolean;
  /** By how much "none" has to answer better, to be the answer. */
  null_score_diff_threshold: number;
}

/** As Hugging Face's scripts for SQuAD do, for models that do not say it themselves. */
const USUAL: SpanReading = { stride: 128, longest: 30, may_be_absent: false, null_score_diff_threshold: 0 };

export function spanReading({ answer_spans: recorded }: RawConfig): SpanReading {
  return { ...USUAL, ...(recorded as Partial<SpanReading> | undefined) };
}

/** Whether a model may answer that the text does not tell. */
export function hasNullAnswers(config: RawConfig): boolean {
  return spanReading(config).may_be_absent;
}

export function withNullThreshold(config: RawConfig, threshold: number): RawConfig {
  return { ...config, answer_spans: { ...spanReading(config), null_score_diff_threshold: threshold } };
}
