/** Typed questions answered by a served model. */
import { entryOf } from '../../base/table.ts';
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import { likeliest, probabilitiesOf } from '../../scoring/decisions.ts';
import type { DecisionAnswer } from '../../scoring/predictor.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { saltOf } from '../generation/generation.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { RowAnswer, RowModel, Writer } from '../models/opened.ts';

/** Kinds of models that decide: chat models, and encoders that score options. */
export type DecidingModel = ServedModel & { kind: 'text' | 'rows' };

export interface AskedDecisions {
  state: string;
  questions: readonly DecisionQuestion[];
}

interface Decided {
  decisions: readonly Pick<DecisionAnswer, 'probabilities'>[];
  tokens: number;
}

/** One answer for each question. @throws ApiError 400 for other models, 429, and the model's own errors */
export async function decide(
  call: Call,
  model: DecidingModel,
  { asked, signal }: { asked: AskedDecisions; signal: AbortSignal },
): Promise<Decided> {
  const isSerial = model.kind === 'rows';
  using _turn = await call.admit({ model: (model.base ?? model).id, rows: asked.questions.length, isSerial, signal });
  using lease = await call.lease(model);
  const answered =
    model.kind === 'rows'
      ? await decideRow(lease.opened as RowModel, model.id, asked)
      : await (lease.opened as Writer).ask<{ decisions: DecisionAnswer[]; tokens: number }>(
          { ask: 'decisions', ...asked, salt: saltOf(call), owner: call.owner },
          signal,
        );
  call.exchange.finished({ prompt: answered.tokens, shared: 0, answer: 0 }, []);
  call.exchange.predictions = asked.questions.map((question, i) => watched(question, answered.decisions[i]));
  return answered;
}

/** An answer in the form of a classifier's, for monitoring: the class and its probability. */
function watched(
  { id, options }: DecisionQuestion,
  { probabilities }: Pick<DecisionAnswer, 'probabilities'>,
): Pick<RowAnswer, 'prediction' | 'probability'> {
  const chosen = likeliest(probabilities);
  return { prediction: `${id}: ${options[chosen].key}`, probability: probabilities[chosen] };
}

/** Answers with a model of rows: an encoder that scores options. */
async function decideRow(opened: RowModel, name: string, { state, questions }: AskedDecisions): Promise<Decided> {
  if (opened.answers !== 'decisions') {
    const message = `The model '${name}' classifies rows: use /v1/classify.`;
    throw new ApiError(400, { message, param: 'model', code: 'unsupported_model' });
  }
  const { rows, tokens } = await opened.predict([{ state, questions }]);
  const [{ answers = {}, error }] = rows;
  if (error !== undefined) throw invalidValue('state', `The questions cannot be answered: ${error}.`);
  const decisions = questions.map((question) => ({
    probabilities: probabilitiesOf(question, entryOf(answers, question.id)!),
  }));
  return { decisions, tokens };
}
