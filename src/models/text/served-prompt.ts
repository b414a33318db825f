import { AttuneError } from '../../base/errors.ts';
import type { ServingMismatch } from './row-answers.ts';
import { TOOLS_TEMPLATE } from './shown-tools.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The generation prompt of serving differs from the training text: some templates open a reasoning block in the prompt
 * that they omit in the history.
 */
export function servingMismatch({ index, prompt, shown }: ServingMismatch, template: string): AttuneError {
  let common = 0;
  while (prompt[common] === shown[common]) common++;
  const from = Math.max(0, common - CONTEXT);
  return new AttuneError('E_TEMPLATE_SERVING', {
    what: `The ${template} renders the prompt of turn ${index + 1} differently in training and in serving`,
    got: `${quote(shown.slice(from), CONTEXT * 2)} in training, ${quote(prompt.slice(from), CONTEXT * 4)} in serving`,
    expected: 'a prompt that is exactly what precedes the answer',
    fix:
      'make chat_template.jinja render both alike, adjust chat_template_kwargs, or train with data.chat_template: ' +
      `${TOOLS_TEMPLATE}`,
  });
}

/** Error for a tokenizer that tokenises a prompt differently when its answer follows. */
export function tokenMismatch(prompt: Int32Array, row: Int32Array, tokenizer: Tokenizer): AttuneError | undefined {
  const differs = prompt.findIndex((id, index) => id !== row[index]);
  if (differs === -1) return undefined;
  const shown = (ids: Int32Array) =>
    [...ids.subarray(Math.max(0, differs - 2), differs + 2)]
      .map((id) => quote(tokenizer.tokenOf(id) ?? '', CONTEXT))
      .join(' ');
  return new AttuneError('E_TEMPLATE_SERVING', {
    what: `The tokenizer of ${tokenizer.origin} merges the end of the prompt with the start of the answer`,
    got: `tokens ${shown(row)} in training, ${shown(prompt)} in serving`,
    expected: 'an answer that starts at a token boundary',
    fix: 'remove white space from the start of the answer, or end the prompt with a special token',
  });
}

const CONTEXT = 30;

function quote(text: string, length: number): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}
