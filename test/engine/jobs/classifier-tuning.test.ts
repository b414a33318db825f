import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { createTuned } from '../../../src/jobs/train/build-trainer.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';

const model = fileURLToPath(new URL('../../../fixtures/models/bert_cls', import.meta.url));

it('LoRA trains a classifier whole, as PEFT does, also where the checkpoint has one of these classes', async () => {
  const recipe = await resolveRecipe({ model, data: { train: 'rows.csv' }, objective: 'classification' });
  const choice = { task: 'sequence', dtype: 'f32', labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] } as const;
  const { tuning, initialised } = await createTuned(recipe, model, choice);
  expect(initialised).toEqual([]);
  const whole = tuning.trainables.map(({ name }) => name).filter((name) => !name.includes('lora_'));
  expect(whole.map((name) => name.split('.').slice(-2).join('.'))).toEqual(['classifier.weight', 'classifier.bias']);
});

it('a new head has a rate between that of LoRA and that of a tuning which moves few numbers far', async () => {
  const headRates = async (method: 'lora' | 'vera') => {
    const recipe = await resolveRecipe({
      model,
      data: { train: 'rows.csv' },
      objective: 'classification',
      tuning: { method },
    });
    const { tuning } = await createTuned(recipe, model, { task: 'sequence', dtype: 'f32', labels: ['a', 'b'] });
    return tuning.trainables.filter(({ name }) => name.includes('classifier')).map(({ rate }) => rate ?? 1);
  };
  expect(await headRates('lora')).toEqual([1, 1]);
  const [times] = [(await tunings.load('vera')).rate({}).times].flat();
  expect(await headRates('vera')).toEqual([1 / Math.sqrt(times), 1 / Math.sqrt(times)]);
});
