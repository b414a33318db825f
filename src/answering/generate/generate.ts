import { AttuneError } from '../../base/errors.ts';
import { MOST_CACHE_BYTES } from '../decoding/cache-size.ts';
import { refuseChanged } from '../../files/unchanged.ts';
import { Batcher, limitConstraints, type BatcherCounts, type CompileLimits } from '../decoding/index.ts';
import { storages, type StorageName } from '../../methods/storages/index.ts';
import type { Task } from '../../models/architecture.ts';
import { tasks } from '../tasks/index.ts';
import type { JobContext, JobRequest } from '../../base/job.ts';
import { AdapterShelf } from './adapters/shelf.ts';
import { answerQuestion } from './model-questions.ts';
import type { SessionChunk, SessionRequest, PromptsRequest } from './session-request.ts';
import { findAnswers, writeDownAll } from './undrawn.ts';
import { openAsker } from '../prompting/asker.ts';
import { answerPrompts } from './write-text.ts';
import { hears } from '../tasks/answers/speech.ts';
import { reportRemark } from '../model/report-remark.ts';
import { openModel, type OpenOptions } from '../model/open-model.ts';
import { availableBytes } from '../model/resources.ts';
import { settleWeights } from '../model/settle-weights.ts';
import type { Answering } from './read-prompts.ts';

export type * from './session-request.ts';
export type { GenerateRequest } from './read-prompts.ts';

export interface GenerateInput extends OpenOptions {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** How weights are stored during inference; `dense` by default. */
  storage?: StorageName;
  /** Memory for weights of unused installed adapters; an eighth of free memory by default. */
  adapterBytes?: number;
  /** Memory for keys and values; by default a quarter of free memory, at most 4 GiB. */
  cacheBytes?: number;
  /** Cost limits of a request's constraint. */
  constraints?: CompileLimits;
}

type Request = JobRequest<SessionRequest, SessionChunk>;

/** Answers prompts until the session is closed. */
export async function run(input: GenerateInput, context: JobContext): Promise<BatcherCounts> {
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const opened = await openModel(input.target, input);
  reportRemark(opened.tokenizer, context.emit);
  if (tasks[opened.model.task].prompts === undefined && !hears(opened.model)) {
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `${input.target} does not generate text: its task is ${tasks[opened.model.task].title}`,
      expected: 'a language model',
      fix: elsewhere(opened.model.task, input.target),
    });
  }
  if (input.constraints !== undefined) limitConstraints(input.constraints);
  settleWeights(opened.model);
  opened.tuning?.settle?.(opened.model.dtype);
  // After settling: converted weights are copies of the tensors that they were made from.
  const method = await storages.load(input.storage ?? opened.storage ?? 'dense');
  const { note } = await method.create(opened.model, {}, 'always');
  if (note !== undefined) context.emit({ type: 'phase-started', phase: 'engine', message: note });
  const free = availableBytes();
  using batcher = new Batcher(opened, { cacheBytes: input.cacheBytes ?? Math.min(MOST_CACHE_BYTES, free / 4) });
  const adapters = new AdapterShelf({ base: opened, batcher, budget: input.adapterBytes ?? free / 8 });
  const asker = opened.prompted && (await openAsker(opened.prompted.prompting));
  const open = new Set<Promise<void>>();
  context.signal.addEventListener('abort', () => batcher[Symbol.dispose]());
  for await (const request of context.requests as AsyncIterable<Request>) {
    const answering = answer({ ...opened, batcher, adapters, asker }, request).finally(() => open.delete(answering));
    open.add(answering);
  }
  await Promise.all(open);
  return batcher.counts;
}

/** Suggests another command for a model that does not generate text. */
function elsewhere(task: Task, target: string): string {
  return tasks[task].elsewhere?.chat(target) ?? `to predict rows: attune predict ${target} --input FILE, or --text "…"`;
}

async function answer(answering: Answering, request: Request): Promise<void> {
  try {
    await serve(answering, request);
    refuseChanged();
    request.end();
  } catch (error) {
    request.fail(error);
  }
}

async function serve(answering: Answering, request: Request): Promise<void> {
  const { body, send } = request;
  if ('install' in body) {
    const { id, target } = body.install;
    return send({ installed: await answering.adapters.install(id, target) });
  }
  if ('remove' in body) return answering.adapters.remove(body.remove);
  if ('ask' in body) return send(await answerQuestion(answering, body));
  const asked = request as PromptsRequest;
  if (!hears(answering.model) && tasks[answering.model.task].prompts === 'written')
    return answerPrompts(answering, asked);
  if (body.adapter !== undefined) throw onlyWriting(answering.model.task);
  return hears(answering.model) ? writeDownAll(answering, asked) : findAnswers(answering, asked);
}

function onlyWriting(task: Task): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: 'Only text generation models support named adapters',
    got: tasks[task].title,
    fix: 'open the adapter on its own',
  });
}
