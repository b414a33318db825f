/** Probabilities of options in the form of System One's answers. */
import { greatest } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import type { DecisionQuestion, DecisionType } from '../data/kinds/decision.ts';
import type { DecisionAnswer } from './predictor.ts';

/** An answer on the wire. Probabilities are not rounded: clients check that they sum to 1. */
export type SystemOneAnswer =
  | { type: 'noul'; noul: number }
  | { type: 'choice'; choice: string; probabilities: Record<string, number>; confidence: number }
  | {
      type: 'score';
      /** The expected level. */
      score: number;
      probabilities: Record<string, number>;
      /** Meaning of each level. */
      legend: Record<string, string>;
      confidence: number;
    };

/** Keyed by question id. */
export function systemOneAnswers(
  questions: readonly DecisionQuestion[],
  decisions: readonly Pick<DecisionAnswer, 'probabilities'>[],
): Record<string, SystemOneAnswer> {
  return Object.fromEntries(
    questions.map((question, i) => [question.id, systemOneAnswer(question, decisions[i].probabilities)]),
  );
}

/** Probabilities of an answer's options, in the question's order. */
export function probabilitiesOf({ options }: DecisionQuestion, answer: SystemOneAnswer): number[] {
  if (answer.type === 'noul') return [1 - answer.noul, answer.noul];
  return options.map(({ key }) => entryOf(answer.probabilities, key)!);
}

function systemOneAnswer({ type, options }: DecisionQuestion, probabilities: readonly number[]): SystemOneAnswer {
  if (type === 'noul') return { type, noul: probabilities[1] };
  const byOption = Object.fromEntries(options.map(({ key }, i) => [key, probabilities[i]]));
  const confidence = confidenceOf(type, probabilities);
  if (type === 'choice')
    return { type, choice: options[likeliest(probabilities)].key, probabilities: byOption, confidence };
  const legend = Object.fromEntries(options.map(({ key, description = '' }) => [key, description]));
  return { type, score: expectedLevel(probabilities), probabilities: byOption, legend, confidence };
}

/** `ID: option` for each question, one per line. */
export function decidedText(
  questions: readonly DecisionQuestion[],
  decisions: readonly Pick<DecisionAnswer, 'probabilities'>[],
): string {
  return questions
    .map(({ id, options }, i) => `${id}: ${options[likeliest(decisions[i].probabilities)].key}`)
    .join('\n');
}

/** Index of the highest probability, the first of equals. */
export function likeliest(probabilities: readonly number[]): number {
  return probabilities.indexOf(greatest(probabilities));
}

export function expectedLevel(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, p, level) => sum + level * p, 0);
}

/**
 * Distance of an answer from a guess, as defined by llama.cpp and Jev: 0 for equal probabilities, 1 for certainty. It
 * is not a probability.
 */
export function confidenceOf(type: Exclude<DecisionType, 'noul'>, probabilities: readonly number[]): number {
  const count = probabilities.length;
  const mode = likeliest(probabilities);
  if (type === 'choice') return count === 1 ? 1 : (count * probabilities[mode] - 1) / (count - 1);
  const spread = probabilities.reduce((sum, p, level) => sum + p * Math.abs(level - mode), 0);
  const middle = (count - 1) / 2;
  const uniform = probabilities.reduce((sum, _, level) => sum + Math.abs(level - middle), 0) / count;
  return Math.max(0, 1 - spread / uniform);
}

/** A judged decision: its confidence, and how wrong it is, from 0 to 1. */
export interface JudgedDecision {
  confidence: number;
  wrong: number;
}

/**
 * Number of decisions, most confident first, that can be made with at most a given share of errors, and the minimum
 * confidence for that. Equal confidences are decided together or not at all.
 * @param sorted by falling confidence
 * @param countOf weight of a decision by index
 */
export function decidedAtError(
  sorted: readonly JudgedDecision[],
  error: number,
  countOf: (place: number) => number = () => 1,
): { decided: number; least?: number } {
  let [questions, wrong, found] = [0, 0, { decided: 0 } as { decided: number; least?: number }];
  for (const [i, one] of sorted.entries()) {
    questions += countOf(i);
    wrong += countOf(i) * one.wrong;
    const isLast = i + 1 === sorted.length || sorted[i + 1].confidence < one.confidence;
    if (isLast && wrong <= error * questions) found = { decided: questions, least: one.confidence };
  }
  return found;
}
