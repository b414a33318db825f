import { readJson } from '../files/json.ts';
import { readDecision } from '../data/formats/decision-questions.ts';
import { AttuneError } from '../base/errors.ts';
import type { PredictorOptions } from './predict/cheap-answers.ts';
import { RowAnswerer } from './predict/row-answerer.ts';
import { targetFacts } from './serve/target-facts.ts';
import { openTalker, type AskedDecisions, type Decided } from './talk.ts';
import type { useCase } from './use-cases/decide.ts';
import type { CallOptions } from './use-cases/use-case.ts';

/** Opens a model and answers questions about one state. @throws AttuneError E_DECISION_QUESTIONS, and errors of opening */
export async function decide(target: string, options: CallOptions<typeof useCase>): Promise<Decided> {
  const { state, questions, base, precision, storage, onEvent, signal } = options;
  const given = typeof questions === 'string' ? readJson(questions) : questions;
  const asked = readDecision({ state, questions: given });
  const opening = { target, base, precision, storage, onEvent, signal };
  if ((await targetFacts(target)).kind === 'rows') return decideRow(asked, opening);
  const talker = await openTalker(opening);
  try {
    return await talker.decide(asked, { signal });
  } finally {
    await talker.close();
  }
}

/** Answers with an encoder that scores options. @throws AttuneError E_WRONG_ROWS if the state is too long */
async function decideRow(asked: AskedDecisions & object, opening: PredictorOptions): Promise<Decided> {
  const answerer = await RowAnswerer.open(opening);
  try {
    let inputTokens = 0;
    const rows = await answerer.read([{ ...asked }], { format: 'decisions' });
    const [{ answers, error }] = await answerer.answer(rows, { onTokens: (read) => (inputTokens = read) });
    if (answers !== undefined) return { answers, usage: { inputTokens, outputTokens: 0 } };
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'The questions cannot be answered',
      got: error,
      expected: 'a model trained with objective decision, or a chat model',
    });
  } finally {
    await answerer.close();
  }
}
