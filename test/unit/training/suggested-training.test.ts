import { describe, expect, it } from 'vitest';
import { baseFacts } from '../../../src/models/base-facts.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { suggestedTraining, type TrainingFacts } from '../../../src/training/suggested-training.ts';
import { modelFolder } from '../../../src/answering/model/base-model.ts';

const rates = new Map(
  await Promise.all(tunings.names.map(async (name) => [name as string, (await tunings.load(name)).rate({})] as const)),
);
const facts: Omit<TrainingFacts, 'rate'> = {
  kind: 'decoder',
  parameters: 5.8e6,
  tuning: 'lora',
  objective: 'sft',
};
const suggested = (changes: Partial<TrainingFacts>) => {
  const all = { ...facts, ...changes };
  return suggestedTraining({ ...all, rate: rates.get(all.tuning)! });
};
const rateOf = (changes: Partial<TrainingFacts>) => suggested(changes).learning_rate;

describe('what a base is trained with unless the recipe says it', () => {
  it('has the rates that were measured on attune-base', async () => {
    const base = await baseFacts(modelFolder('attune-base'));
    expect(base).toMatchObject({ kind: 'decoder' });
    expect(base.parameters).toBeGreaterThan(5e6);
    expect(base.parameters).toBeLessThan(7e6);
    expect(rateOf(base)).toBe(2e-3);
    expect(rateOf({ ...base, objective: 'classification' })).toBe(1e-3);
  });

  it('has the usual rates of large models', () => {
    expect(rateOf({ parameters: 7e9 })).toBe(1e-4);
    expect(rateOf({ parameters: 1.1e9 })).toBe(2e-4);
    expect(rateOf({ parameters: 7e9, tuning: 'full' })).toBe(1e-5);
    expect(rateOf({ parameters: 7e10 })).toBe(1e-4);
    expect(rateOf({ kind: 'encoder', parameters: 1.1e8, tuning: 'full', objective: 'classification' })).toBe(5e-5);
  });

  it('has rates of rewards that a reference learnt at on 6 M weights, and those of the field at 1 B', () => {
    for (const objective of ['grpo', 'rloo', 'ppo']) {
      expect(rateOf({ objective })).toBe(7e-4);
      expect(rateOf({ objective, tuning: 'full' })).toBe(2e-5);
      expect(rateOf({ objective, parameters: 1e9 })).toBe(1e-5);
      expect(rateOf({ objective, tuning: 'full', parameters: 1e9 })).toBe(1e-6);
    }
    expect(rateOf({ objective: 'dpo' })).toBe(1e-4);
  });

  it('never rises with the size, and is lower for all weights than for adapters, with the last blocks between', () => {
    const kinds = ['decoder', 'encoder', 'encoder-decoder', 'vision', 'speech'] as const;
    const sizes = [1e6, 5e6, 2e7, 1e8, 5e8, 2e9, 8e9, 5e10];
    for (const kind of kinds) {
      for (const objective of ['sft', 'classification']) {
        for (const tuning of ['lora', 'full', 'freeze']) {
          const rates = sizes.map((parameters) => rateOf({ kind, objective, tuning, parameters }));
          expect(rates).toEqual(rates.toSorted((a, b) => b - a));
        }
        for (const parameters of sizes) {
          const of = (tuning: string) => rateOf({ kind, objective, parameters, tuning });
          expect(of('full')).toBeLessThanOrEqual(of('freeze'));
          expect(of('freeze')).toBeLessThanOrEqual(of('lora'));
        }
      }
    }
  });

  it('passes over few rows more often, over many less, and takes more rows to a step where there are many', () => {
    const of = (rows: number, parameters = 5.8e6) => {
      const { epochs, batch_size: batch } = suggested({ parameters, rows });
      return [epochs, batch];
    };
    expect(of(50)).toEqual([10, 8]);
    expect(of(480)).toEqual([5, 8]);
    expect(of(1000)).toEqual([3, 8]);
    expect(of(5000)).toEqual([3, 16]);
    expect(of(30_000)).toEqual([2, 32]);
    expect(of(500_000)).toEqual([1, 32]);
    expect(of(50, 7e9)).toEqual([5, 8]);
    expect(suggested({})).toMatchObject({ epochs: 3, batch_size: 8 });
  });
});
