// N tokens, L masked ones, R rows
import { philoxUnits } from './masking.ts';
import type { TextExample } from '../../data/example.ts';
import { aten, fromArray, zeros } from '../../engine/tensor/index.ts';
import type { Tokenizer } from '../../models/text/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { MaskedLmOptions } from './masked_lm.options.ts';
import { withRowsOf } from '../../engine/nn/index.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { hiddenTokens, maskToken, type HiddenRow } from '../../answering/tasks/rows/hidden-tokens.ts';
import { countTrained } from '../../answering/tasks/rows/trained-tokens.ts';

/**
 * Masked language modelling (Devlin et al., 2019): predicts masked tokens from their context. Masks are drawn anew at
 * each step, keyed by row and position, and fixed in evaluations.
 */
export function create(
  { mask_probability: share }: MaskedLmOptions,
  processor: Processor,
): Objective<TextExample, PreparedRow, HiddenRow> {
  const { tokenizer } = processor;
  const mask = maskToken(tokenizer);
  return {
    task: 'masked-lm',
    accepts: ['text'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => prepareTexts(examples, tokenizer),
    draw: (rows, at) => rows.map((row) => hide(row, { share, mask, size: tokenizer.size, at })),
    collate: (rows) => collateRows(rows, { causal: false }),
    counts: countTrained,
    loss(model, batch, { totals, runner }) {
      const { places, targets, rows } = hiddenTokens(batch);
      const onDevice = (values: readonly number[]) =>
        fromArray(BigInt64Array.from(values, BigInt)).toDevice(model.device);
      const hidden = model.hidden(batch.input, { runner }).indexSelect(0, onDevice(places)); // [L, D]
      const { logProbs, hit } = withRowsOf(rows, () => model.tokenHead.tokenLogProbs(hidden, onDevice(targets)));
      const none = zeros([batch.rows.length], { dtype: logProbs.dtype, device: model.device });
      const perRow = aten.index_add.default(none, 0, onDevice(rows), logProbs.mul(-1 / Math.max(1, totals.tokens)));
      return { perRow, tally: { masked_accuracy: { sum: hit.sum(), count: places.length } } };
    },
  };
}

/** Texts with special tokens; any other token may be masked. */
async function prepareTexts(texts: readonly TextExample[], tokenizer: Tokenizer) {
  const framed = await tokenizer.encodeFramed(texts.map(({ text }) => ({ text })));
  const rows = texts.map(({ id, source }, i): PreparedRow => {
    const { ids, typeIds } = framed[i];
    return { id, ids, typeIds, trained: Uint8Array.from(ids, (token) => (tokenizer.isSpecial(token) ? 0 : 1)), source };
  });
  return { rows, problems: [] };
}

interface Hiding {
  share: number;
  mask: number;
  /** Vocabulary size. */
  size: number;
  at: { seed: number; step: number } | undefined;
}

/** Shares of masked tokens replaced by the mask token and by random tokens; the rest stay unchanged. */
const MASKED = 0.8;
const REPLACED = 0.1;

function hide(row: PreparedRow, { share, mask, size, at }: Hiding): HiddenRow {
  const draws = philoxUnits(row, at);
  const ids = row.ids.slice();
  const trained = row.trained.slice();
  for (let t = 0; t < ids.length; t++) {
    if (trained[t] === 0) continue;
    const [chosen, how, which] = draws(t);
    trained[t] = chosen < share ? 1 : 0;
    if (trained[t] === 0 || how >= MASKED + REPLACED) continue;
    ids[t] = how < MASKED ? mask : Math.floor(which * size);
  }
  return { ...row, ids, trained, targets: row.ids };
}
