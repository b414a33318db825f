// Losses of text-image pairs, and that a step over them can be divided.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captionInput } from '../../../src/answering/tasks/rows/captions.ts';
import { create } from '../../../src/training/objectives/image_text_contrastive.ts';
import { pairLosses } from '../../../src/training/objectives/pair-losses.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { fromArray, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Processor } from '../../../src/training/objective.ts';
import type { Update } from '../../../src/methods/interfaces.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import { writeTinyClip } from '../../system/cli-tiny-clip.ts';
import type { ReadRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';

describe.skipIf(!existsSync('build/attune.node'))('the losses of pairs', () => {
  it('are those of the definitions', () => {
    const scores = [
      [2, -1],
      [0.5, 1],
    ];
    const losses = (name: keyof typeof pairLosses) =>
      scope(() => pairLosses[name](fromArray(Float64Array.from(scores.flat()), [2, 2])).toNumbers());
    const { log, exp } = Math;
    const against = (own: number, other: number) => log(1 + exp(other - own));
    const clip = [(against(2, -1) + against(2, 0.5)) / 2, (against(1, 0.5) + against(1, -1)) / 2];
    const judged = (own: number, other: number) => log(1 + exp(-own)) + log(1 + exp(other));
    for (const [name, wanted] of [
      ['clip', clip],
      ['siglip', [judged(2, -1), judged(1, 0.5)]],
    ] as const) {
      for (const [row, value] of losses(name).entries()) expect(value).toBeCloseTo(wanted[row], 12);
    }
  });

  it('are of the whole step, with the gradient of the scale, however it is divided', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-pairs-'));
    writeTinyClip(folder, ['red', 'blue']);
    const tokenizer = await Tokenizer.load(folder);
    const { model } = await loadModel(folder, { dtype: 'f32' });
    const media = { kind: 'image', load: async (rows: unknown) => rows };
    const objective = create({ loss: 'auto' }, { tokenizer, media, causal: false } as unknown as Processor);
    const rows = [
      [254, 1, 255],
      [254, 2, 255],
      [254, 2, 1, 255],
    ].map((ids, i): ReadRow => {
      const data = Float32Array.from({ length: 3 * 32 * 32 }, (_, k) => Math.sin(k * (i + 1)));
      const source = { file: '', line: i };
      return {
        id: `${i}`,
        ids: Int32Array.from(ids),
        trained: new Uint8Array(ids.length),
        features: { data, shape: [3, 32, 32] },
        source,
      };
    });
    createFull(model, {} as never);
    const gradients = async (microBatches: ReadRow[][]) => {
      const found: number[] = [];
      const step = () => {
        for (const [, { tensor }] of model.parameters()) {
          found.push(...scope(() => (tensor.grad as Tensor).toNumbers().slice(0, 50)));
          scope(() => (tensor.grad as Tensor).zero_());
        }
        return 1;
      };
      const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
      const request = { microBatches, step: 0, seed: 1, checkpointing: false, options };
      const { loss } = await trainStep({ model, objective, update: { step } as unknown as Update }, request);
      return [loss, ...found];
    };
    const [whole, divided] = [await gradients([rows]), await gradients([[rows[0]], rows.slice(1)])];
    for (const [i, value] of whole.entries()) expect(divided[i]).toBeCloseTo(value, 5);
    model.dispose();
    rmSync(folder, { recursive: true });
  });

  it('of SigLIP read texts that are filled up with padding', () => {
    const row = { id: '', ids: Int32Array.of(5, 1), trained: new Uint8Array(2), source: { file: '', line: 1 } };
    const tokenizer = { special: { pad: { id: 1, content: '</s>' } } } as unknown as Tokenizer;
    expect([...captionInput([row], { tokenizer, filledTo: 4 }).ids!].map(Number)).toEqual([5, 1, 1, 1]);
    expect([...captionInput([row], { tokenizer }).ids!].map(Number)).toEqual([5, 1]);
    const none = { special: {} } as unknown as Tokenizer;
    expect(() => captionInput([row], { tokenizer: none, filledTo: 4 })).toThrow(/no padding token/);
  });
});
