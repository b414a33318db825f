// LoRA with A frozen at its initial value.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import type { Tuning } from '../../../src/methods/interfaces.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { lossOf, openSubject } from '../tuned-subjects.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-frozen-a-'));
afterAll(() => rmSync(folder, { recursive: true }));

function numbers(state: ReadonlyMap<string, Tensor>): Map<string, number[]> {
  return noGrad(() => scope(() => new Map([...state].map(([name, tensor]) => [name, [...tensor.toNumbers()]]))));
}

async function step(subject: Awaited<ReturnType<typeof openSubject>>, tuning: Tuning, optimizer: 'sgd' | 'adamw') {
  const { model, objective } = subject;
  const rows = (await objective.prepare([])).rows as PreparedRow[];
  const plan = { rows: rows.length, batchSize: rows.length, steps: 1, secret: 0 };
  const update = await (await updates.load(optimizer)).create(tuning.trainables, {}, plan);
  const options = { learningRate: 5e-3, weightDecay: 0.1, maxGradNorm: 0 };
  await trainStep(
    { model, objective, update },
    { microBatches: [rows], step: 0, seed: 1, checkpointing: false, options },
  );
}

it('trains B as LoRA does in its first step, and leaves A alone', async () => {
  const lora = await tunings.load('lora');
  const after = new Map<boolean, Map<string, number[]>>();
  for (const train_a of [true, false]) {
    const subject = await openSubject('llama', '');
    const tuning = await lora.create(subject.model, { r: 2, train_a }, { seed: 5 });
    const [start, loss] = [numbers(tuning.state()), lossOf(subject)];
    await step(subject, tuning, 'adamw');
    const end = numbers(tuning.state());
    const moved = [...end.keys()].filter((name) => String(end.get(name)) !== String(start.get(name)));
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.some((name) => name.includes('lora_A'))).toBe(train_a);
    expect(lossOf(subject)).toBeLessThan(loss);
    tuning.save(folder, { baseModel: 'llama', task: 'causal-lm' });
    using file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
    expect(file.names.toSorted()).toEqual([...end.keys()].sort());
    after.set(train_a, end);
  }
  const [both, alone] = [after.get(true)!, after.get(false)!];
  expect([...alone.keys()].sort()).toEqual([...both.keys()].sort());
  // B starts at zero, so A has no gradient in the first step.
  const ofB = (state: ReadonlyMap<string, number[]>) => [...state].filter(([name]) => name.includes('lora_B')).sort();
  expect(ofB(alone)).toEqual(ofB(both));
});
