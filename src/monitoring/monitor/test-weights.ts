/** The tests of a version and their weights. */
import { signalNames, type SignalName } from '../signals/index.ts';

/** Tests in addition to those of single-answer signals. */
const OTHERS = ['unlike', 'classes', 'topic', 'thumb_down', 'edits', 'calibration'] as const;
export type TestName = SignalName | (typeof OTHERS)[number];
export const testNames: readonly TestName[] = [...signalNames, ...OTHERS];

/** Weights of the tests' evidence, by importance; their mean is 1. */
export const testWeights: Readonly<Record<TestName, number>> = withMeanOne({
  refusal: 2.6,
  runaway: 4.7,
  unlike: 1.5,
  thumb_down: 1.5,
  repetition: 1,
  schema_failure: 1,
  error: 1,
  classes: 1,
  topic: 1,
  confidence: 1,
  calibration: 1,
  empty: 0.7,
  copied_prompt: 0.4,
  tool_failure: 0.7,
  cancelled: 0.4,
  prompt_tokens: 0.7,
  answer_tokens: 0.7,
  milliseconds: 0.4,
  first_part: 0.2,
  language: 0.4,
  language_switch: 0.4,
  unusual_text: 0.4,
  system_prompt: 0.4,
  injection: 0.4,
  copied_training: 0.3,
  asked_again: 0.3,
  edits: 0.4,
});

function withMeanOne(given: Record<TestName, number>): Record<TestName, number> {
  const mean = testNames.reduce((sum, name) => sum + given[name], 0) / testNames.length;
  return Object.fromEntries(testNames.map((name) => [name, given[name] / mean])) as Record<TestName, number>;
}
