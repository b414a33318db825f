// N tokens, L first tokens of words, C classes, R rows
import type { Problem } from '../../base/errors.ts';
import type { TaggedExample } from '../../data/example.ts';
import { encodeWords } from '../../models/text/index.ts';
import { aten, fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Objective, Processor } from '../objective.ts';
import type { Prepared, ValuesRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { countTrained, taggedTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import { unknownLabel } from './labelled-rows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import type { TokenClassificationOptions } from './token_classification.options.ts';

/** A tag per word: cross-entropy at the word's first token, averaged over words; its other tokens have no loss. */
export function create(
  _options: TokenClassificationOptions,
  processor: Processor,
): Objective<TaggedExample, ValuesRow> {
  const labels = processor.labels ?? [];
  return {
    task: 'token',
    accepts: ['tagged'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => prepareWords(examples, labels, processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: countTrained,
    loss(model, batch, { totals, runner }) {
      const { places, values: classes, rows } = taggedTokens(batch);
      const onDevice = (values: readonly number[]) =>
        fromArray(BigInt64Array.from(values, BigInt)).toDevice(model.device);
      const hidden = model.hidden(batch.input, { runner });
      const scores = model.tokenClassHead.scores(hidden, model.layoutOf(batch.input)).indexSelect(0, onDevice(places)); // [L, C]
      const wanted = onDevice(classes);
      const losses = classLosses(scores, wanted);
      const none = zeros([batch.rows.length], { dtype: losses.dtype, device: model.device });
      const perRow = aten.index_add.default(none, 0, onDevice(rows), losses.mul(1 / totals.tokens));
      const hits = scores.argmax(-1).eq(wanted).sum();
      return { perRow, tally: { tag_accuracy: { sum: hits, count: places.length } } };
    },
  };
}

/** Cross-entropy of each token's class: scores [L, C], classes [L] → [L] */
export function classLosses(scores: Tensor, classes: Tensor): Tensor {
  return scores.logSoftmax(-1).gather(1, classes.unsqueeze(1)).squeeze(1).neg();
}

async function prepareWords(
  examples: readonly TaggedExample[],
  labels: readonly string[],
  { tokenizer }: Processor,
): Promise<Prepared<ValuesRow>> {
  const encoded = await encodeWords(
    tokenizer,
    examples.map(({ words }) => words),
  );
  const problems: Problem[] = [];
  const rows = examples.map(({ id, source, tags }, i) => {
    const unknown = tags.find((tag) => !labels.includes(tag));
    if (unknown !== undefined) {
      problems.push({ ...source, ...unknownLabel(unknown, 'tags', labels) });
      return undefined;
    }
    const { ids, typeIds, firsts } = encoded[i];
    const trained = new Uint8Array(ids.length);
    const values: number[] = [];
    for (const [word, token] of firsts.entries()) {
      if (token < 0 || trained[token] === 1) continue;
      trained[token] = 1;
      values.push(labels.indexOf(tags[word]));
    }
    return { id, ids, typeIds, trained, values, source };
  });
  return { rows, problems };
}
