import { AttuneError } from '../../../base/errors.ts';
import { plural } from '../../../base/format.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import { collateRows } from './collate.ts';
import type { Batch, PreparedRow, RowReader } from './prepared-rows.ts';

/**
 * The rows' texts as one input, padded to `filledTo` for models that attend to padding. @throws AttuneError
 * E_NO_PADDING
 */
export function captionInput(
  rows: readonly PreparedRow[],
  { tokenizer, filledTo }: Pick<RowReader, 'tokenizer' | 'filledTo'>,
): Batch['input'] {
  const texts = rows.map((row) => ({ ...row, features: undefined, ids: filled(row.ids, tokenizer, filledTo) }));
  return collateRows(texts, { causal: true }).input;
}

function filled(ids: Int32Array, tokenizer: Tokenizer, length = ids.length): Int32Array {
  if (ids.length >= length) return ids;
  const { pad } = tokenizer.special;
  if (pad === undefined) {
    throw new AttuneError('E_NO_PADDING', {
      what: `The model reads texts padded to ${plural(length, 'tokens')}, but its tokenizer has no padding token`,
      expected: 'pad_token in tokenizer_config.json',
      fix: 'fetch the tokenizer again',
    });
  }
  const all = new Int32Array(length).fill(pad.id);
  all.set(ids);
  return all;
}
