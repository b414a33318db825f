import { AttuneError, type Problem } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import type { RenderedRow, Renderer } from './renderer.ts';
import type { ChatRow } from './row-draft.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Proves a rendered row: every answer shows something, ends in a token that stops generation and holds none before, no
 * padding is trained, there is one BOS at most at the start, and the trained tokens spell exactly the answer. Empty when all is well.
 */
export function checkRenderedRow(row: RenderedRow, tokenizer: Tokenizer): Problem[] {
  const problems: Problem[] = [];
  for (const piece of row.pieces) {
    if (!piece.trained) continue;
    const ids = row.ids.subarray(piece.start, piece.end);
    const answer =
      piece.message === undefined ? [] : [...stopProblems(ids, tokenizer), ...emptyProblem(ids, tokenizer)];
    if (tokenizer.padId !== undefined && ids.includes(tokenizer.padId))
      answer.push('the padding token is among the trained ones');
    const spelled = tokenizer.decode(ids);
    if (tokenizer.keepsText && comparable(spelled, tokenizer) !== comparable(piece.text, tokenizer)) {
      answer.push(`the trained tokens spell ${JSON.stringify(spelled)}, not ${JSON.stringify(piece.text)}`);
    }
    const field = piece.message === undefined ? {} : { field: `messages.${piece.message}` };
    pushAll(
      problems,
      answer.map((message) => ({ message, ...field })),
    );
  }
  const [first, second] = row.ids;
  if (tokenizer.bosId !== undefined && first === tokenizer.bosId && second === tokenizer.bosId) {
    problems.push({ message: 'the row starts with two BOS tokens' });
  }
  return problems;
}

function stopProblems(ids: Int32Array, tokenizer: Tokenizer): string[] {
  const isStop = (id: number) => tokenizer.stopIds.includes(id);
  const first = ids.findIndex(isStop);
  if (first === -1 || !isStop(ids[ids.length - 1])) {
    return [`the answer ends in ${JSON.stringify(tokenizer.decode(ids.subarray(-1)))}, which does not stop generation`];
  }
  const after = ids.subarray(first + 1).filter((id) => !isStop(id));
  if (tokenizer.decode(after).trim() === '') return [];
  return [`the answer holds "${tokenizer.decode([ids[first]])}" before its end, where generation would stop`];
}

/** A turn of which the template shows nothing would teach the model to say nothing. */
function emptyProblem(ids: Int32Array, tokenizer: Tokenizer): string[] {
  const shown = ids.filter((id) => !tokenizer.stopIds.includes(id));
  if (tokenizer.decode(shown).trim() !== '') return [];
  return ['the chat template shows nothing of the answer, so that an empty one would be trained'];
}

/** Unicode composition is the tokenizer's right, and so is white space beside tokens that take it in. */
function comparable(text: string, tokenizer: Tokenizer): string {
  const composed = text.toWellFormed().normalize('NFC');
  const takesSpace = tokenizer.addedTokens.some(({ lstrip, rstrip }) => lstrip || rstrip);
  return takesSpace ? composed.replaceAll(/\s/g, '') : composed;
}

/**
 * Proves that serving asks for the last answer as training shows it: the row has to start with the prompt's ids. Some
 * templates open a reasoning block in the prompt that their own history lacks. @throws E_TEMPLATE_SERVING
 */
export async function checkServedPrompt(row: ChatRow, renderer: Renderer): Promise<void> {
  const last = row.messages.findLastIndex(({ role }) => role === 'assistant');
  if (last < 1) return;
  const prompt = await promptOf({ ...row, messages: row.messages.slice(0, last) }, renderer);
  if (prompt === undefined) return;
  const { ids, pieces } = await renderer.render({ ...row, messages: row.messages.slice(0, last + 1) });
  if (prompt.ids.every((id, index) => id === ids[index])) return;
  const text = pieces.map((piece) => piece.text).join('');
  let common = 0;
  while (common < prompt.text.length && prompt.text[common] === text[common]) common++;
  const from = Math.max(0, common - CONTEXT);
  throw new AttuneError('E_TEMPLATE_SERVING', {
    what: `The ${renderer.tokenizer.templates.describe(row)} asks for an answer otherwise than it shows one in training`,
    got: `${JSON.stringify(text.slice(from, common + CONTEXT))} in training`,
    expected: `${JSON.stringify(prompt.text.slice(from))}, as serving asks for it`,
    fix: 'make chat_template.jinja write the same before an answer in both cases, or set its chat_template_kwargs so',
  });
}

const CONTEXT = 30;

/** Undefined where the template allows no such prompt, so that it cannot be served either. */
async function promptOf(row: ChatRow, renderer: Renderer): Promise<{ ids: Int32Array; text: string } | undefined> {
  try {
    return await renderer.prompt(row);
  } catch (error) {
    if (error instanceof AttuneError && /^E_TEMPLATE_(?:REFUSED|FAILED)$/.test(error.code)) return undefined;
    throw error;
  }
}
