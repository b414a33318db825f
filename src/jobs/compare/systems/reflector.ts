import { AttuneError } from '../../../base/errors.ts';
import { answersChats } from '../../../answering/model/answers-chats.ts';
import { askJudge } from '../../../scoring/judges/judge.ts';
import type { BudgetLimits } from '../../../scoring/endpoint/budget.ts';
import { endpointFrom, type Endpoint } from '../../../scoring/endpoint/endpoint.ts';
import { generate } from '../../../answering/decoding/index.ts';
import { openModel, type OpenedModel } from '../../../answering/model/open-model.ts';
import { Renderer } from '../../../models/text/index.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { TEMPLATE_DATE } from '../../../answering/tasks/answers/answering.ts';

/** Completes a request to rewrite an instruction; undefined if it could not be read or was cut off. */
export type Reflect = (request: string, signal: AbortSignal) => Promise<string | undefined>;

const LONGEST_REPLY = 1024;

/** Opens the model that rewrites instructions: a folder or name, or an OpenAI-compatible endpoint. */
export async function openReflector(target: string, signal: AbortSignal): Promise<Reflect> {
  signal.throwIfAborted();
  const at = target.indexOf('#');
  if (!/^https?:\/\//.test(target)) return localReflector(await openModel(target), target);
  return endpointReflector(endpointFrom(at < 0 ? target : target.slice(0, at), at < 0 ? '' : target.slice(at + 1)));
}

async function localReflector(opened: OpenedModel, target: string): Promise<Reflect> {
  const reflect = await reflectorOf(opened);
  if (reflect !== undefined) return reflect;
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} cannot rewrite instructions`,
    got: 'a model that was not tuned for conversations',
    expected: 'a chat model, or https://HOST/v1#MODEL',
  });
}

/** A chat model behind an endpoint; `limits` are those of each request. */
export function endpointReflector(endpoint: Endpoint, limits: BudgetLimits = {}): Reflect {
  return async (request, stop) => {
    const question = { id: 'reflection', system: 'You write instructions for a language model.', user: request };
    return (
      await askJudge(endpoint, undefined, [question], { ...limits, signal: stop, maxNewTokens: LONGEST_REPLY })
    )[0];
  };
}

/** An opened chat model as a reflector; undefined for one that only continues texts, which cannot follow requests. */
export async function reflectorOf(opened: OpenedModel): Promise<Reflect | undefined> {
  const { tokenizer, model } = opened;
  if (model.task !== 'causal-lm' || !(await answersChats(opened.baseFolder))) return undefined;
  return async (request, signal) => {
    const renderer = new Renderer(tokenizer, { now: TEMPLATE_DATE });
    const { ids } = await renderer.prompt({ messages: [{ role: 'user', content: request }] });
    const room = traitsOf(model).maxPositions - ids.length;
    if (room <= 0) return undefined;
    const [reply] = await generate(opened, [ids], { maxNewTokens: Math.min(LONGEST_REPLY, room), signal });
    return reply.finishReason === 'length' ? undefined : reply.text;
  };
}
