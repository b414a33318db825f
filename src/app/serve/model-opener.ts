/** Opens the server's models, each in its own worker. */
import { onDevice } from '../../base/wanted-device.ts';
import type { ModelKind, OpenedModels, Opener, OpenRequest, Writer } from '../../serving/index.ts';
import { openSession } from '../../jobs/worker/index.ts';
import { inTrainedForm, type TrainedForm } from '../prompt-form.ts';
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
  open: (kind, request) => onDevice(request.device, () => openers[kind](request)),
};

async function openWriter(request: OpenRequest): Promise<Writer> {
  const { target, precision, storage, constraints, cacheBytes, signal, trainedDefaults } = request;
  const input = { target, precision, storage, constraints, cacheBytes };
  const session = await openSession({ job: 'generate', input, signal, ...OURS });
  const talker = talkerOf(session, target);
  const description = await talker.describe();
  return {
    description,
    answer: (prompts, sampling, watch) => talker.answer(prompts, sampling, watch),
    ask: talker.ask,
    ...askedAs(talker.trained, trainedDefaults),
    install: (id, adapter) => installed({ id, target: adapter }, { talker, ended: session.ended, trainedDefaults }),
    close: () => talker.close(),
    ended: session.ended,
  };
}

/** The prompt form of training and, if wanted, the defaults that all training rows had. */
function askedAs(trained: TrainedForm | undefined, wantsDefaults = true): Pick<Writer, 'asTrained' | 'defaultTools'> {
  const asked = trained === undefined || wantsDefaults ? trained : { form: trained.form };
  return { asTrained: (prompt) => inTrainedForm(prompt, asked), defaultTools: asked?.tools };
}

interface Beside extends Pick<OpenRequest, 'trainedDefaults'> {
  talker: Talker;
  ended: Promise<unknown>;
}

/** An adapter in its base's worker, as a separate model. */
async function installed(
  { id, target }: { id: string; target: string },
  { talker, ended, trainedDefaults }: Beside,
): Promise<Writer> {
  const { trained } = await talker.install(id, target);
  return {
    description: await talker.describe(id),
    answer: (prompts, sampling, watch) => talker.answer(prompts, { ...sampling, adapter: id }, watch),
    ask: (question, stop) => talker.ask({ ...question, adapter: id }, stop),
    ...askedAs(trained, trainedDefaults),
    install: () => Promise.reject(new Error('adapters are installed on their base')),
    close: () => talker.remove(id),
    ended,
  };
}
