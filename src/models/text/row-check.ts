import type { Problem } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { Piece, RenderedRow } from './row-draft.ts';

/**
 * Verifies a rendered row: every answer has content, ends in a token that stops generation (unless its turn is open)
 * and contains none before that; padding is not trained; there is at most one BOS, at the start; and the trained tokens
 * spell exactly the answer. Empty if all is well.
 */
export function checkRenderedRow(row: RenderedRow, tokenizer: Tokenizer): Problem[] {
  const problems: Problem[] = [];
  for (const piece of row.pieces) {
    if (!piece.trained) continue;
    const ids = row.ids.subarray(piece.start, piece.end);
    const answer =
      piece.message === undefined
        ? []
        : [...stopProblems(ids, piece, tokenizer), ...emptyProblem(ids, piece, tokenizer)];
    if (tokenizer.padId !== undefined && ids.includes(tokenizer.padId))
      answer.push('the padding token would be trained');
    const spelled = tokenizer.decode(ids);
    if (tokenizer.keepsText && comparable(spelled, tokenizer) !== comparable(piece.text, tokenizer)) {
      answer.push(`the trained tokens decode to ${JSON.stringify(spelled)}, not ${JSON.stringify(piece.text)}`);
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

function stopProblems(ids: Int32Array, { isOpen }: Piece, tokenizer: Tokenizer): string[] {
  const isStop = (id: number) => tokenizer.stopIds.includes(id);
  const first = ids.findIndex(isStop);
  if (first === -1 && isOpen === true) return [];
  if (first === -1 || !isStop(ids[ids.length - 1])) {
    return [`the answer ends in ${JSON.stringify(tokenizer.decode(ids.subarray(-1)))}, which does not stop generation`];
  }
  const after = ids.subarray(first + 1).filter((id) => !isStop(id));
  if (tokenizer.decode(after).trim() === '') return [];
  return [`the answer contains "${tokenizer.decode([ids[first]])}" before its end, where generation would stop`];
}

/** Training on a turn that the template omits would teach the model to answer nothing. */
function emptyProblem(ids: Int32Array, { isEmpty }: Piece, tokenizer: Tokenizer): string[] {
  const shown = ids.filter((id) => !tokenizer.isSpecial(id));
  if (isEmpty !== true && tokenizer.decode(shown).trim() !== '') return [];
  return ['the chat template renders none of the answer, so an empty one would be trained'];
}

/** Tokenizers may normalise Unicode and absorb whitespace next to some tokens. */
function comparable(text: string, tokenizer: Tokenizer): string {
  const composed = text.toWellFormed().normalize('NFC');
  const takesSpace = tokenizer.addedTokens.some(({ lstrip, rstrip }) => lstrip || rstrip);
  return takesSpace ? composed.replaceAll(/\s/g, '') : composed;
}
