import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import {
  checkRenderedRow,
  newTokenizer,
  Renderer,
  trainByteLevelBpe,
  type ChatRow,
  type Message,
  type RenderedRow,
  type Tokenizer,
  type TokenizerJson,
  type TrainOn,
} from '../../../../src/models/text/index.ts';

const specialTokens = [
  '<pad>',
  '<s>',
  '</s>',
  '<|im_start|>',
  '<|im_end|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<start_of_turn>',
  '<end_of_turn>',
  '[INST]',
  '[/INST]',
  '[AVAILABLE_TOOLS]',
  '[/AVAILABLE_TOOLS]',
  '[TOOL_CALLS]',
  '[TOOL_RESULTS]',
  '[/TOOL_RESULTS]',
  '<|User|>',
  '<|Assistant|>',
  '<think>',
  '</think>',
];

export const now = new Date(2024, 6, 4, 12);
export const styles = ['chatml', 'qwen2', 'qwen3', 'llama3', 'gemma', 'mistral', 'reasoner', 'plain'] as const;
export type Style = (typeof styles)[number];

/** One small vocabulary, as a tokenizer with the template of each style. */
export async function tokenizersByStyle(): Promise<{ vocabulary: TokenizerJson; tokenizers: Map<Style, Tokenizer> }> {
  const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');
  // Many joined words, so that tokens would cross borders unless something separates them.
  const texts = [prose, ' yes yes yes no no no \n\n\n\n\n\n'];
  const vocabulary = await trainByteLevelBpe(texts, { vocabSize: 900, specialTokens });
  const tokenizers = new Map<Style, Tokenizer>();
  for (const style of styles) {
    const chatTemplate = templateText(style);
    const roles = { bos: '<s>', eos: '</s>', pad: '<pad>' };
    tokenizers.set(style, await newTokenizer(vocabulary, { roles, chatTemplate }));
  }
  return { vocabulary, tokenizers };
}

export function templateText(style: string): string {
  return readFileSync(new URL(`../../../../fixtures/text/templates/${style}.jinja`, import.meta.url), 'utf8');
}

export function chat(...messages: Message[]): ChatRow {
  return { kind: 'chat', messages };
}

export function user(content: string): Message {
  return { role: 'user', content };
}

export function assistant(content: string, more: Partial<Message> = {}): Message {
  return { role: 'assistant', content, ...more };
}

/** Renders a row and verifies it. */
export async function renderChecked(
  tokenizer: Tokenizer,
  row: ChatRow,
  trainOn: TrainOn = 'answers',
): Promise<RenderedRow> {
  const rendered = await new Renderer(tokenizer, { trainOn, now }).render(row);
  expect(checkRenderedRow(rendered, tokenizer)).toEqual([]);
  return rendered;
}

/** Text of the trained tokens, by span. */
export function trainedTexts(row: RenderedRow, tokenizer: Tokenizer): string[] {
  const trained = row.pieces.filter((piece) => piece.trained);
  return trained.map(({ start, end }) => tokenizer.decode(row.ids.subarray(start, end)));
}

export const twoTurns = chat(
  user('How much is it?'),
  assistant('It is €19.90.'),
  user('And two?'),
  assistant('Twice that 🙂.'),
);
