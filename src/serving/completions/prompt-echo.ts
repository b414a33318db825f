/** Echoed prompts, with the log-probabilities of their tokens if requested. */
import type { PromptToken } from '../../answering/decoding/index.ts';
import type { Prompt } from '../../answering/generate/prompts.ts';
import type { Writer } from '../models/opened.ts';
import type { CompletionPlan } from './completion-plan.ts';

export interface PromptEcho {
  text: string;
  /** Present if log-probabilities were requested. */
  tokens: readonly PromptToken[];
}

/** One echo per prompt; empty unless the plan echoes. */
export async function promptEchoes(
  { wish, echoes, top }: CompletionPlan,
  writer: Writer,
  signal: AbortSignal,
): Promise<PromptEcho[]> {
  if (!echoes) return [];
  const all: PromptEcho[] = [];
  for (const prompt of wish.prompts) all.push({ text: await textOf(prompt, writer, signal), tokens: [] });
  if (top === undefined) return all;
  for (const [i, prompt] of wish.prompts.entries()) {
    const { promptTokens } = await writer.ask<{ promptTokens: PromptToken[] }>(
      { ask: 'prompt-log-probs', prompt, top },
      signal,
    );
    all[i].tokens = promptTokens;
  }
  return all;
}

async function textOf(prompt: Prompt, writer: Writer, signal: AbortSignal): Promise<string> {
  if (typeof prompt === 'string') return prompt;
  const ids = 'ids' in prompt ? prompt.ids : [];
  const { texts } = await writer.ask<{ texts: string[] }>({ ask: 'texts', ids: [ids] }, signal);
  return texts[0];
}
