// N tokens, R rows, C classes
import type { Problem } from '../../base/errors.ts';
import type { ClassificationExample } from '../../data/example.ts';
import { fromArray } from '../../tensor/index.ts';
import type { Objective, PreparedRow, Processor } from '../../train/interfaces.ts';
import type { ClassificationOptions } from './classification.options.ts';
import { collateRows } from './next-token.ts';

/** One label for each text: cross-entropy of the classes, averaged over rows. */
export function create(_options: ClassificationOptions, processor: Processor): Objective {
  const labels = processor.labels ?? [];
  return {
    task: 'sequence',
    accepts: ['classification'],
    separable: true,
    unit: 'rows',
    prepare: async (examples) => prepareRows(examples as readonly ClassificationExample[], labels, processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: (batch) => ({ rows: batch.rows.length }),
    loss(model, batch, { totals, runner }) {
      const hidden = model.hidden(batch.input, { runner });
      const scores = model.sequenceHead.scores(hidden, model.layoutOf(batch.input)); // [R, C]
      const wanted = fromArray(BigInt64Array.from(batch.rows, (row) => BigInt(row.label ?? 0))).toDevice(model.device);
      const logProbs = scores.logSoftmax(-1).gather(1, wanted.unsqueeze(1)).squeeze(1);
      const hits = scores.argmax(-1).eq(wanted).sum();
      return { perRow: logProbs.mul(-1 / totals.rows), tally: { accuracy: { sum: hits, count: batch.rows.length } } };
    },
  };
}

async function prepareRows(
  examples: readonly ClassificationExample[],
  labels: readonly string[],
  { tokenizer }: Processor,
): Promise<{ rows: (PreparedRow | undefined)[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const framed = await tokenizer.encodeFramed(examples.map(({ text, textPair }) => ({ text, pair: textPair })));
  const rows = examples.map((example, i) => {
    const label = labels.indexOf(example.label);
    if (label < 0) {
      problems.push({
        ...example.source,
        field: 'label',
        message: `"${example.label}" is not among those trained: ${labels.join(', ')}`,
      });
      return undefined;
    }
    const { ids, typeIds } = framed[i];
    return { id: example.id, ids, typeIds, trained: new Uint8Array(ids.length), label, source: example.source };
  });
  return { rows, problems };
}
