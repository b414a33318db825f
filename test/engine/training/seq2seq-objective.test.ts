// The objective's loss on T5's fixture, compared with the reference's logits.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { objectives } from '../../../src/training/objectives/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { noGrad, SafetensorsFile, scope } from '../../../src/engine/tensor/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import type { Processor } from '../../../src/training/objective.ts';
import { evaluateRows } from '../../../src/training/evaluate-losses.ts';

const folder = fileURLToPath(new URL('../../../fixtures/models/t5', import.meta.url));

it('an encoder-decoder learns every token of the answer from those before it, as the reference scores them', async () => {
  using expected = new SafetensorsFile(`${folder}/expected.safetensors`);
  const numbers = (name: string) => noGrad(() => scope(() => [...expected.get(name).toNumbers()]));
  const [ids, mask, given, logits] = ['input_ids', 'attention_mask', 'decoder_input_ids', 'logits'].map(numbers);
  const { model } = await loadModel(folder, { dtype: 'f32' });
  const [width, length, vocabulary] = [ids.length / 2, given.length / 2, logits.length / given.length];
  for (const r of [0, 1]) {
    const source = ids.slice(r * width, (r + 1) * width).filter((_id, t) => mask[r * width + t] === 1);
    const [start, ...target] = given.slice(r * length, (r + 1) * length);
    const all = Int32Array.from([...source, ...target]);
    const trained = new Uint8Array(all.length).fill(1, source.length);
    const segments = [source.length, target.length];
    const row: PreparedRow = { id: `row ${r}`, ids: all, trained, segments, source: { file: 'x', line: r } };
    model.config = { ...model.config, decoder_start_token_id: start };
    const losses = target.map((id, t) => {
      const from = (r * length + t) * vocabulary;
      const scores = logits.slice(from, from + vocabulary);
      const most = Math.max(...scores);
      return Math.log(scores.reduce((sum, one) => sum + Math.exp(one - most), 0)) + most - scores[id];
    });
    const objective = await (
      await objectives.load('seq2seq')
    ).create({ src_lang: null, tgt_lang: null }, {} as Processor);
    const { metrics } = await evaluateRows({ model, objective }, [row], { microBatchTokens: 100 });
    expect(metrics.loss).toBeCloseTo(
      losses.reduce((sum, one) => sum + one / losses.length, 0),
      4,
    );
  }
  model.dispose();
});
