import { AttuneError } from '../../base/errors.ts';
import type { Message, ToolSchema } from './message.ts';
import { draftPrompt, draftRow } from './row-draft.ts';
import { encodeRows, splitRow } from './row-parts.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A tool's result, and the call it belongs to. */
export interface ToolResult {
  callId: string;
  name: string;
  text: string;
}

/**
 * The ids between an answer that calls tools and the next answer, as the template writes them: results, and the header
 * of the answer. They are taken from a conversation of its own, so that they do not depend on what the model wrote.
 * @throws AttuneError E_TEMPLATE_DROPS_TOOLS, E_TEMPLATE_UNSTABLE and the template's own errors
 */
export async function toolResultIds(
  results: readonly ToolResult[],
  { tokenizer, tools, now }: { tokenizer: Tokenizer; tools: readonly ToolSchema[]; now: Date },
): Promise<Int32Array> {
  const calls = results.map(({ callId, name }) => ({
    id: callId,
    type: 'function' as const,
    function: { name, arguments: {} },
  }));
  const asked: Message[] = [
    { role: 'user', content: 'question' },
    { role: 'assistant', content: '', tool_calls: calls },
  ];
  const answered = results.map(({ callId, name, text }): Message => ({
    role: 'tool',
    content: text,
    tool_call_id: callId,
    name,
  }));
  const whole: Message[] = [...asked, ...answered, { role: 'assistant', content: 'answer' }];
  const options = { trainOn: 'answers', now, textEos: true } as const;
  // Some templates write a last turn otherwise than an earlier one: results follow this one.
  const before = await draftRow({ kind: 'chat', messages: whole, tools }, tokenizer, options);
  const after = await draftPrompt({ messages: [...asked, ...answered], tools }, tokenizer, now);
  const [{ end }] = before.trained;
  if (!after.text.startsWith(before.text.slice(0, end))) throw unstable(tokenizer, tools);
  const parts = splitRow({ ...after, cuts: [...after.cuts, end].toSorted((a, b) => a - b) }, tokenizer);
  const [{ ids, starts }] = await encodeRows([parts], tokenizer);
  // A BOS that the tokenizer adds comes before all of the text.
  const from = end + parts.text.length - after.text.length;
  return ids.filter((_, token) => starts[token] >= from);
}

function unstable({ templates }: Tokenizer, tools: readonly ToolSchema[]): AttuneError {
  return new AttuneError('E_TEMPLATE_UNSTABLE', {
    what: `The ${templates.describe({ tools })} writes an answer that calls tools otherwise once their results are there`,
    expected: 'turns that stay as they are when others follow, so that tokens which the model wrote can be kept',
    fix: 'train with another template, as data.chat_template: attune-tools',
  });
}
