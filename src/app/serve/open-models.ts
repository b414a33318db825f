/** How the server's models are opened: each in a worker of its own. */
import type { ModelKind, OpenedModels, Opener, OpenRequest, Writer } from '../../serve/index.ts';
import { openSession } from '../../worker/index.ts';
import type { ModelAnswer, ModelQuestion } from '../../worker/run/answer/model-questions.ts';
import { inTrainedForm, trainedForm } from '../prompt-form.ts';
import { talkerOf } from '../talk.ts';
import { targetFacts } from './target-facts.ts';

type OpenOne<Kind extends ModelKind> = (request: OpenRequest) => Promise<OpenedModels[Kind]>;

const openers: { [Kind in ModelKind]: OpenOne<Kind> } = {
  text: openWriter,
  speech: openWriter,
  rows: async () => {
    throw new Error('not yet');
  },
  vectors: async () => {
    throw new Error('not yet');
  },
  items: async () => {
    throw new Error('not yet');
  },
};

export const opener: Opener = {
  inspect: targetFacts,
  open: (kind, request) => openers[kind](request),
};

/** The server decides when a worker stops: signals to it are the server's. */
const OURS = { handleSignals: false, onEvent: () => undefined };

async function openWriter({ target, precision, storage, signal }: OpenRequest): Promise<Writer> {
  const session = await openSession({ job: 'generate', input: { target, precision, storage }, signal, ...OURS });
  const talker = talkerOf(session, target);
  const ask = async <Reply extends ModelAnswer>(question: ModelQuestion, stop?: AbortSignal): Promise<Reply> => {
    for await (const reply of session.send<Reply>(question, stop)) return reply;
    throw new Error('the worker ended a question without its answer');
  };
  const { description } = await ask<Extract<ModelAnswer, { description: unknown }>>({ ask: 'description' });
  return {
    description,
    answer: (prompts, sampling, watch) => talker.answer(prompts, sampling, watch),
    ask,
    asTrained: (prompt) => inTrainedForm(prompt, trainedForm(target)),
    close: () => talker.close(),
    ended: session.ended,
  };
}
