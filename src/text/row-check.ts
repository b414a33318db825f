import type { Problem } from '../base/errors.ts';
import type { RenderedRow, Renderer } from './renderer.ts';
import type { ChatRow } from './row-draft.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Proves a rendered row before training: every answer's last trained token stops generation, no padding is trained,
 * there is one BOS at most at the start, and the trained tokens spell exactly the answer. Empty when all is well.
 */
export function checkRenderedRow(row: RenderedRow, tokenizer: Tokenizer): Problem[] {
  const problems: Problem[] = [];
  const stops = new Set(tokenizer.stopIds);
  for (const piece of row.pieces) {
    if (!piece.trained) continue;
    const ids = row.ids.subarray(piece.start, piece.end);
    const field = piece.message === undefined ? undefined : `messages.${piece.message}`;
    if (piece.message !== undefined && !stops.has(ids[ids.length - 1])) {
      problems.push({
        field,
        message: `the answer ends in "${tokenizer.decode(ids.subarray(-1))}", which does not stop generation`,
      });
    }
    const spelled = tokenizer.decode(ids);
    if (tokenizer.joinsParts && spelled !== piece.text) {
      problems.push({
        field,
        message: `the trained tokens spell ${JSON.stringify(spelled)}, not ${JSON.stringify(piece.text)}`,
      });
    }
    if (tokenizer.padId !== undefined && ids.includes(tokenizer.padId)) {
      problems.push({ field, message: 'the padding token is among the trained ones' });
    }
  }
  const [first, second] = row.ids;
  if (tokenizer.bosId !== undefined && first === tokenizer.bosId && second === tokenizer.bosId) {
    problems.push({ message: 'the row starts with two BOS tokens' });
  }
  return problems;
}

/**
 * Proves that serving asks for the last answer as training showed it: the row has to start with the prompt's ids. Some
 * templates open a reasoning block in the prompt that their own history lacks. Empty when all is well.
 */
export async function checkServedPrompt(row: ChatRow, renderer: Renderer): Promise<Problem[]> {
  const last = row.messages.findLastIndex(({ role }) => role === 'assistant');
  if (last === -1) return [];
  const prompt = await renderer.prompt({ ...row, messages: row.messages.slice(0, last) });
  const { ids, pieces } = await renderer.render({ ...row, messages: row.messages.slice(0, last + 1) });
  if (prompt.ids.every((id, index) => id === ids[index])) return [];
  const trained = pieces.map(({ text }) => text).join('');
  let common = 0;
  while (common < prompt.text.length && prompt.text[common] === trained[common]) common++;
  return [
    {
      field: `messages.${last}`,
      message:
        `serving would ask for this answer after ${JSON.stringify(prompt.text.slice(Math.max(0, common - 20)))}, ` +
        `but training shows it after ${JSON.stringify(trained.slice(Math.max(0, common - 20), common + 20))}`,
      fix: `make the ${renderer.tokenizer.templates.describe(row)} end its prompt where its answers begin`,
    },
  ];
}
