import { greatest } from '../../base/many.ts';
import { decisionLines, decisionRecords } from '../formats/decisions.ts';
import { defineKind, type OwnForm, type Provenance } from './kind.ts';

/** `noul`: the probability that something is true; `choice`: one of several options; `score`: one of ordered levels. */
export type DecisionType = 'noul' | 'choice' | 'score';

export interface DecisionOption {
  /** Name of the option in labels and answers: `false` and `true` for a noul, `0`, `1`, … for a score. */
  key: string;
  /** Always present for the levels of a score. */
  description?: string;
}

/** A typed question. Options are a list, since objects reorder keys that look like integers. */
export interface DecisionQuestion {
  id: string;
  type: DecisionType;
  instructions?: string;
  /** For a noul false and true, for a score the levels from lowest to highest. */
  options: readonly DecisionOption[];
}

/** A question with its answer, if it has one. */
export interface AnsweredQuestion extends DecisionQuestion {
  /** Probability of each option: 1 for the right one, or the share of several people's votes. Sums to 1. */
  target?: readonly number[];
  /** Reward for choosing each option. */
  rewards?: readonly number[];
}

/** A state and independent questions about it. */
export interface DecisionExample extends Provenance {
  kind: 'decision';
  /** A text, or JSON as text. */
  state: string;
  questions: readonly AnsweredQuestion[];
}

const form: OwnForm = {
  metrics: [
    'decision_accuracy',
    'decision_macro_f1',
    'decision_nll',
    'decision_brier',
    'decision_ece_15',
    'decision_coverage_5',
    'decision_flip_rate',
    'decision_command_rate',
  ],
  inWords: 'decisions',
  hasLikelihood: false,
  hasOwnBaselines: true,
};

export const decision = defineKind<DecisionExample, 'decisions' | 'decision_lines', 'decisions' | 'scores'>({
  name: 'decision',
  formats: { decisions: decisionRecords, decision_lines: decisionLines },
  text: ({ state, questions }) => [state, ...questions.map(questionText)].join('\n'),
  question: ({ state }) => state,
  row: ({ state, questions }) => ({ state, questions }),
  cut: 'never',
  prompt: ({ state }) => state,
  isTemplated: true,
  answer: ({ questions }) => questions.map(answerText).filter(Boolean).join('\n') || undefined,
  forms: {
    decisions: form,
    scores: { ...form, metrics: [...form.metrics, 'decision_rps'] },
  },
  formOf: (examples) =>
    examples.some(({ questions }) => questions.some(({ type }) => type === 'score')) ? 'scores' : 'decisions',
  objective: {
    name: 'decision',
    remark: 'trains the probabilities of options',
  },
  hasCheapRivals: true,
  needs: () => ({ reads: 'text', tasks: ['causal-lm', 'decision', 'token'] }),
});

/** Groups of option counts that are calibrated and reported together; named as in GGUF keys. */
export type OptionBucket = '2' | '3_5' | '6_10' | '11';

export function optionBucket(options: number): OptionBucket {
  if (options <= 2) return '2';
  return options <= 5 ? '3_5' : options <= 10 ? '6_10' : '11';
}

/** Index of the option with the highest target; the first on ties. */
export function rightOption({ target }: Pick<AnsweredQuestion, 'target'>): number | undefined {
  return target === undefined ? undefined : target.indexOf(greatest(target));
}

function questionText(question: AnsweredQuestion): string {
  const { type, instructions = '', options } = question;
  const listed = options.map(({ key, description = '' }) => `${key} ${description}`.trim());
  return [type, instructions, ...listed, answerText(question)].join('\n');
}

function answerText(question: AnsweredQuestion): string {
  const right = rightOption(question);
  return right === undefined ? '' : `${question.id}: ${question.options[right].key}`;
}
