/** Typed questions answered by a served model. */
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import type { DecisionAnswer } from '../../scoring/predictor.ts';
import type { Call } from '../call.ts';
import { saltOf } from '../generation/generation.ts';
import type { ServedModel } from '../models/model-table.ts';

export interface AskedDecisions {
  state: string;
  questions: readonly DecisionQuestion[];
}

/** One answer for each question. @throws ApiError 429, and the model's own errors */
export async function decide(
  call: Call,
  model: ServedModel & { kind: 'text' },
  { asked, signal }: { asked: AskedDecisions; signal: AbortSignal },
): Promise<{ decisions: readonly DecisionAnswer[]; tokens: number }> {
  using _turn = await call.admit({ model: (model.base ?? model).id, rows: asked.questions.length, signal });
  using lease = await call.lease(model);
  const shared = { salt: saltOf(call), owner: call.owner };
  const answered = await lease.opened.ask<{ decisions: DecisionAnswer[]; tokens: number }>(
    { ask: 'decisions', ...asked, ...shared },
    signal,
  );
  call.exchange.finished({ prompt: answered.tokens, shared: 0, answer: 0 }, []);
  return answered;
}
