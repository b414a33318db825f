/** How the server's models are opened: each in a worker of its own. */
import type { ModelKind, OpenedModels, Opener, OpenRequest, Writer } from '../../serve/index.ts';
import { openSession } from '../../worker/index.ts';
import type { ModelAnswer, ModelQuestion } from '../../jobs/generate/model-questions.ts';
import { inTrainedForm } from '../prompt-form.ts';
import { talkerOf, type Talker } from '../talk.ts';
import { openItemModel, openRowModel, openVectorModel, OURS } from './open-others.ts';
import { targetFacts } from './target-facts.ts';

type OpenOne<Kind extends ModelKind> = (request: OpenRequest) => Promise<OpenedModels[Kind]>;

const openers: { [Kind in ModelKind]: OpenOne<Kind> } = {
  text: openWriter,
  speech: openWriter,
  rows: openRowModel,
  vectors: openVectorModel,
  items: openItemModel,
};

export const opener: Opener = {
  inspect: targetFacts,
  open: (kind, request) => openers[kind](request),
};

async function openWriter({ target, precision, storage, constraints, signal }: OpenRequest): Promise<Writer> {
  const input = { target, precision, storage, constraints };
  const session = await openSession({ job: 'generate', input, signal, ...OURS });
  const talker = talkerOf(session, target);
  const ask = async <Reply extends ModelAnswer>(question: ModelQuestion, stop?: AbortSignal): Promise<Reply> => {
    for await (const reply of session.send<Reply>(question, stop)) return reply;
    throw new Error('the worker ended a question without its answer');
  };
  const description = await describe(ask);
  return {
    description,
    answer: (prompts, sampling, watch) => talker.answer(prompts, sampling, watch),
    ask,
    asTrained: (prompt) => inTrainedForm(prompt, talker.trained),
    install: (id, adapter) => installed({ id, target: adapter }, { talker, ask, ended: session.ended }),
    close: () => talker.close(),
    ended: session.ended,
  };
}

type Ask = Writer['ask'];

async function describe(ask: Ask, adapter?: string): Promise<Writer['description']> {
  const { description } = await ask<Extract<ModelAnswer, { description: unknown }>>({ ask: 'description', adapter });
  return description;
}

/** An adapter in its base's worker, as a model of its own. */
async function installed(
  { id, target }: { id: string; target: string },
  { talker, ask: askBase, ended }: { talker: Talker; ask: Ask; ended: Promise<unknown> },
): Promise<Writer> {
  const { trained } = await talker.install(id, target);
  const ask: Ask = (question, stop) => askBase({ ...question, adapter: id }, stop);
  return {
    description: await describe(ask, id),
    answer: (prompts, sampling, watch) => talker.answer(prompts, { ...sampling, adapter: id }, watch),
    ask,
    asTrained: (prompt) => inTrainedForm(prompt, trained),
    install: () => Promise.reject(new Error('adapters are installed on their base')),
    close: () => talker.remove(id),
    ended,
  };
}
