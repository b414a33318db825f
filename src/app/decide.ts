import { readJson } from '../files/json.ts';
import { readDecision } from '../data/formats/decision-questions.ts';
import { openTalker, type Decided } from './talk.ts';
import type { useCase } from './use-cases/decide.ts';
import type { CallOptions } from './use-cases/use-case.ts';

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
