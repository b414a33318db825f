import { readJson } from '../files/json.ts';
import type { DecisionQuestion } from '../data/kinds/decision.ts';
import { systemOneAnswer, type SystemOneAnswer } from '../scoring/decisions.ts';
import type { DecisionAnswer } from '../scoring/predictor.ts';
import { readDecision } from '../data/formats/decision-questions.ts';
import { openTalker } from './talk.ts';
import type { useCase } from './use-cases/decide.ts';
import type { CallOptions } from './use-cases/use-case.ts';

/** Typed questions about a state, as System One has them. */
export interface AskedDecisions {
  /** A text, an object or a list. */
  state: unknown;
  /** By id, or a list in which each has an id. */
  questions: unknown;
}

export interface Decided {
  /** By the questions' ids. */
  answers: Record<string, SystemOneAnswer>;
  usage: { inputTokens: number; outputTokens: number };
}

/** Opens a model and answers questions about one state. @throws AttuneError E_DECISION_QUESTIONS, and those of opening it */
export async function decide(target: string, options: CallOptions<typeof useCase>): Promise<Decided> {
  const { state, questions, base, precision, storage, onEvent, signal } = options;
  const given = typeof questions === 'string' ? readJson(questions) : questions;
  const asked = readDecision({ state, questions: given });
  const talker = await openTalker({ target, base, precision, storage, onEvent, signal });
  try {
    return await talker.decide(asked, { signal });
  } finally {
    await talker.close();
  }
}

export function decidedOf(
  questions: readonly DecisionQuestion[],
  decisions: readonly DecisionAnswer[],
  inputTokens: number,
): Decided {
  const entries = questions.map(
    (question, i) => [question.id, systemOneAnswer(question, decisions[i].probabilities)] as const,
  );
  return { answers: Object.fromEntries(entries), usage: { inputTokens, outputTokens: 0 } };
}
