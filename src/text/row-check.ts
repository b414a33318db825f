import type { Problem } from '../base/errors.ts';
import type { RenderedRow } from './renderer.ts';
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
