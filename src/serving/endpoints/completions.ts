import { randomUUID } from 'node:crypto';
import type { Answer } from '../../answering/generate/generate.ts';
import type { Call } from '../server-call.ts';
import { completionLogProbs } from '../completions/completion-log-probs.ts';
import { completionPlan, type CompletionPlan } from '../completions/completion-plan.ts';
import { withFollowedSuffix } from '../completions/infill-prompts.ts';
import { promptEchoes, type PromptEcho } from '../completions/prompt-echo.ts';
import { defineEndpoint } from '../endpoint.ts';
import { countsOf } from '../generation/counts.ts';
import { generate, generateAll } from '../generation/generation.ts';
import { promptIds, refuseStreamedIds } from '../generation/token-ids.ts';
import type { ServedModel } from '../models/model-table.ts';
import { eventStream, type ServerEvent } from '../replies/event-stream.ts';
import { slowJson } from '../replies/slow-json.ts';
import { now, usageOf, type TokenCounts } from '../schemas/common.ts';
import {
  completionChunk,
  completionReply,
  completionRequest,
  unsupportedCompletions,
  type CompletionChunk,
  type CompletionReply,
  type CompletionRequest,
} from '../schemas/completions.ts';

type CompletionCall = Call<CompletionRequest>;
type TextModel = ServedModel & { kind: 'text' };
type Head = Pick<CompletionReply, 'id' | 'created' | 'model' | 'system_fingerprint' | 'object'>;

interface Making {
  head: Head;
  signal: AbortSignal;
}

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/completions',
  upstream: 'forwarded',
  tag: 'Text',
  summary: 'Continue texts, or tokens',
  body: { schema: completionRequest, unsupported: unsupportedCompletions },
  reply: {
    description: 'The continuations, complete or streamed',
    json: completionReply,
    events: completionChunk,
  },
  fields: { prompt: 'prompt', length: 'max_tokens', format: 'structured_outputs' },
  handle(call) {
    const { body } = call;
    const model = call.model(body.adapter_id ?? body.model, 'text');
    const id = `cmpl-${randomUUID().replaceAll('-', '')}`;
    const head: Head = {
      id,
      object: 'text_completion',
      created: now(),
      model: body.model,
      system_fingerprint: 'attune',
    };
    call.exchange.describe({ operation: 'text_completion', id, body });
    if (body.stream === true) return eventStream(call, (signal) => chunksOf(call, model, { head, signal }));
    return slowJson(call, (signal) => wholeReply(call, model, { head, signal }));
  },
});

async function wholeReply(call: CompletionCall, model: TextModel, { head, signal }: Making): Promise<CompletionReply> {
  using lease = await call.lease(model);
  const plan = completionPlan(withFollowedSuffix(call, lease.opened), lease.opened);
  const answers = await generateAll(call, { model, writer: lease.opened, signal }, plan.wish);
  const echoes = await promptEchoes(plan, lease.opened, signal);
  const ids = await promptIds(call.body, { writer: lease.opened, wish: plan.wish, signal });
  const counts = countsOf(answers, plan.made);
  const choices = bestOf(answers, plan).map((answer, index) => ({
    ...choiceOf(answer, index, { plan, echoes }),
    ...(ids !== undefined && { token_ids: answer.ids, prompt_token_ids: ids[Math.floor(index / plan.n)] }),
  }));
  call.exchange.finished(
    counts,
    choices.map(({ finish_reason: reason }) => reason),
    answers.map(({ text }) => text),
  );
  return { ...head, choices, usage: usageOf(counts) };
}

/** The n answers of each prompt with the highest mean log-probability per token. */
function bestOf(answers: readonly Answer[], { n, made }: CompletionPlan): Answer[] {
  if (made === n) return [...answers];
  const prompts = Array.from({ length: answers.length / made }, (_, i) => answers.slice(i * made, (i + 1) * made));
  return prompts.flatMap((own) => own.toSorted((a, b) => meanLogProb(b) - meanLogProb(a)).slice(0, n));
}

function meanLogProb({ logProbs = [] }: Answer): number {
  return logProbs.reduce((sum, { logProb }) => sum + logProb, 0) / Math.max(1, logProbs.length);
}

function choiceOf(
  { text, logProbs = [], finishReason }: Answer,
  index: number,
  { plan, echoes }: { plan: CompletionPlan; echoes: readonly PromptEcho[] },
): CompletionReply['choices'][number] {
  const echo = echoes.at(Math.floor(index / plan.n));
  const tokens = [...(echo?.tokens ?? []), ...logProbs];
  return {
    text: (echo?.text ?? '') + text,
    index,
    logprobs: plan.top === undefined ? null : completionLogProbs(tokens),
    finish_reason: finishReason,
  };
}

async function* chunksOf(
  call: CompletionCall,
  model: TextModel,
  { head, signal }: Making,
): AsyncGenerator<ServerEvent> {
  using lease = await call.lease(model);
  const plan = completionPlan(withFollowedSuffix(call, lease.opened), lease.opened);
  refuseStreamedIds(call.body);
  const withUsage = call.body.stream_options?.include_usage === true;
  const chunk = (choices: CompletionChunk['choices'], usage?: CompletionChunk['usage']): ServerEvent => ({
    data: { ...head, choices, ...(withUsage && { usage: usage ?? null }) } satisfies CompletionChunk,
  });
  const echoes = await promptEchoes(plan, lease.opened, signal);
  const answers: Answer[] = [];
  const places = new Map<number, number>();
  for (const [index, { text, tokens }] of echoes.flatMap((echo) => Array<PromptEcho>(plan.n).fill(echo)).entries()) {
    places.set(index, text.length);
    const logprobs = plan.top === undefined ? null : completionLogProbs(tokens);
    yield chunk([{ text, index, logprobs, finish_reason: null }]);
  }
  for await (const event of generate(call, { model, writer: lease.opened, signal }, plan.wish)) {
    const { row: index } = event;
    if ('answer' in event) {
      answers[index] = event.answer;
      yield chunk([{ text: '', index, logprobs: null, finish_reason: event.answer.finishReason }]);
      continue;
    }
    const place = places.get(index) ?? 0;
    places.set(index, place + event.text.length);
    const logprobs = plan.top === undefined ? null : completionLogProbs(event.logProbs ?? [], place);
    yield chunk([{ text: event.text, index, logprobs, finish_reason: null }]);
  }
  const counts = countsOf(answers, plan.made);
  noteAnswers(call, answers, counts);
  if (withUsage) yield chunk([], usageOf(counts));
  yield { data: '[DONE]' };
}

function noteAnswers({ exchange }: CompletionCall, answers: readonly Answer[], counts: TokenCounts): void {
  const reasons = answers.map(({ finishReason }) => finishReason);
  const texts = answers.map(({ text }) => text);
  exchange.finished(counts, reasons, texts);
}
