/** Converts completions stored at OpenAI to rows of conversations, by model. */
import { join, resolve } from 'node:path';
import type { EventSink } from '../../base/events.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import type { Json, OpenAiApi } from './openai-api.ts';

export interface ImportedCompletions {
  model: string;
  rows: number;
  path: string;
  /** Mean number of tokens per request. */
  inputTokens: number;
  outputTokens: number;
  /** Cost of 1,000 requests in the currency of the prices. */
  costPerThousand?: number;
  /** Number of completions without text to train on, or with other content such as images. */
  leftOut: number;
}

interface Collected {
  lines: string[];
  requests: number;
  input: number;
  output: number;
  leftOut: number;
}

interface Pricing {
  inputPrice?: number;
  outputPrice?: number;
  onEvent: EventSink;
}

export async function importCompletions(
  api: OpenAiApi,
  folder: string,
  { inputPrice, outputPrice, onEvent }: Pricing,
): Promise<ImportedCompletions[]> {
  const models = new Map<string, Collected>();
  let done = 0;
  for await (const completion of api.list('/chat/completions', { order: 'asc' })) {
    const model = String(completion.model);
    const collected = models.get(model) ?? { lines: [], requests: 0, input: 0, output: 0, leftOut: 0 };
    models.set(model, collected);
    await collect(api, completion, collected);
    onEvent({ type: 'work-advanced', phase: 'download', done: ++done, unit: 'completions' });
  }
  return [...models].map(([model, { lines, requests, input, output, leftOut }]) => {
    const path = join(folder, `${model.replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '_')}.jsonl`);
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''), 0o600);
    const [inputTokens, outputTokens] = [input / requests, output / requests];
    const cost =
      inputPrice === undefined || outputPrice === undefined
        ? {}
        : { costPerThousand: (inputTokens * inputPrice + outputTokens * outputPrice) / 1000 };
    return { model, rows: lines.length, path: resolve(path), inputTokens, outputTokens, ...cost, leftOut };
  });
}

async function collect(api: OpenAiApi, completion: Json, collected: Collected): Promise<void> {
  const { prompt_tokens: input = 0, completion_tokens: output = 0 } = (completion.usage ?? {}) as Record<
    string,
    number
  >;
  collected.requests++;
  collected.input += input;
  collected.output += output;
  const asked: Json[] = [];
  for await (const message of api.list(`/chat/completions/${encodeURIComponent(String(completion.id))}/messages`))
    asked.push(message);
  const choices = completion.choices as { message?: Json }[] | undefined;
  const messages = [...asked, choices?.[0]?.message].map(turnOf);
  if (messages.length < 2 || messages.includes(undefined)) collected.leftOut++;
  else
    collected.lines.push(
      JSON.stringify({ messages, ...(Array.isArray(completion.tools) && { tools: completion.tools }) }),
    );
}

/** A turn with its text; undefined if it contains anything else. */
function turnOf(message: Json | undefined): Json | undefined {
  if (message === undefined || typeof message.role !== 'string') return undefined;
  const { role, tool_calls: calls, tool_call_id: answers } = message;
  const content = textOf(message.content ?? (calls === undefined ? undefined : ''));
  if (content === undefined) return undefined;
  const called = Array.isArray(calls) && calls.length > 0;
  if (role === 'assistant' && content === '' && !called) return undefined;
  return {
    role,
    content,
    ...(called && { tool_calls: calls }),
    ...(typeof answers === 'string' && { tool_call_id: answers }),
  };
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part) => (isPlainObject(part) && part.type === 'text' ? part.text : undefined));
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
}
