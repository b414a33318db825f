// Cheap systems in recipes: names, inapplicable settings, damaged folders, advice.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { advise } from '../../../src/app/advise/advise.ts';
import { resolveRecipe, resolveRecipeFile } from '../../../src/app/recipe/index.ts';
import { locateRecipe } from '../../../src/app/recipe/locate.ts';
import { AttuneError } from '../../../src/base/errors.ts';
import { keepCommand } from '../../../src/app/use-cases/text/keep-command.ts';
import { openCheapModel } from '../../../src/evaluation/cheap-model.ts';
import { keepableSystem } from '../../../src/evaluation/compare/keep-system.ts';
import type { Comparison, Verdict } from '../../../src/store/results.ts';
import { readArrays, writeArrays } from '../../../src/engine/tensor/array-file.ts';
import { modelFolder } from '../../../src/answering/model/base-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-cheap-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'tickets.yaml');
writeFileSync(
  file,
  'model: attune-base\ndata: {train: rows.csv, max_length: 64}\ntuning: full\ntraining: {learning_rate: 1e-3, seed: 7}\n',
);

async function failureOf(act: () => unknown): Promise<AttuneError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AttuneError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a recipe of a cheap system', () => {
  test("may be a model's: what does not apply is told in a line, and the seed stays", async () => {
    const notices: string[] = [];
    const onNotice = (notice: string) => notices.push(notice);
    const recipe = await resolveRecipeFile(file, { flags: { model: 'tfidf' }, onNotice });
    expect(notices).toEqual([
      `${file}: tfidf has no weights to train, so data.max_length, tuning, training do not apply`,
    ]);
    expect([recipe.model, recipe.training.seed, recipe.output_dir]).toEqual(['tfidf', 7, 'runs/tickets-tfidf']);
  });

  test('refuses flags that would do nothing', async () => {
    const flags = { model: 'tfidf', 'learning-rate': '1e-3', seed: '1' };
    const { code, problems } = await failureOf(() => resolveRecipeFile(file, { flags }));
    expect([code, problems.map(({ field }) => field)]).toEqual(['E_RECIPE', ['--learning-rate']]);
  });

  test('that is stored names a system, not a folder', async () => {
    const recipe = await resolveRecipe({ model: 'nearest', data: { train: 'rows.csv' } });
    expect(locateRecipe(recipe, folder)).toMatchObject({ recipe: { model: 'nearest' } });
  });

  test('with a wrong letter is answered with the right name', async () => {
    expect((await failureOf(() => modelFolder('tfidff'))).fix).toBe('did you mean tfidf?');
  });
});

describe('a folder of a cheap system', () => {
  test('of another version, or of no known system or rows, is refused by what was got', async () => {
    const path = join(folder, 'cheap_model.json');
    writeFileSync(path, JSON.stringify({ version: 9, baseline: 'nearest', learnt: {} }));
    expect(await failureOf(() => openCheapModel(folder))).toMatchObject({
      code: 'E_CHEAP_MODEL_BAD',
      got: 'version 9',
    });
    writeFileSync(path, JSON.stringify({ version: 1, baseline: 'majority', learnt: {} }));
    expect((await failureOf(() => openCheapModel(folder))).got).toBe('the system "majority"');
    writeFileSync(path, JSON.stringify({ version: 1, baseline: 'nearest', kind: 'verdicts', learnt: {} }));
    expect((await failureOf(() => openCheapModel(folder))).got).toBe('rows of kind "verdicts"');
  });

  test('has its numbers in safetensors, which come back to the bit', () => {
    const path = join(folder, 'numbers.safetensors');
    const arrays = {
      b: Float64Array.of(1 / 3, -0, Number.MIN_VALUE),
      a: Int32Array.of(1, -2),
      c: Float32Array.of(0.1),
      none: new Float64Array(),
    };
    writeArrays(path, arrays);
    expect(readArrays(path)).toEqual(arrays);
  });
});

function comparison(verdict: Verdict, estimate: number, against = 'logistic_regression'): Comparison {
  const difference = {
    metric: 'accuracy',
    against,
    estimate,
    p: 1,
    pAdjusted: 1,
    test: 'mcnemar',
    minimalDetectable: 0,
  };
  const value = { accuracy: { value: 0.8 } };
  const tuned = { name: 'tuned', title: 'tuned', kind: 'tuned', values: value };
  const cheap = { name: against, title: 'tf-idf + logistic regression', kind: 'cheap', values: value };
  const differences = [{ ...difference, verdict }];
  const metrics = [{ name: 'accuracy', title: 'accuracy', better: 'higher', best: 1, reads: 'label' }];
  const rest = { metric: 'accuracy', metrics, subject: 'tuned', rivals: [against], rows: 100 };
  return { ...rest, systems: [tuned, cheap], differences } as unknown as Comparison;
}

describe('what is advised of cheap systems', () => {
  test('reads a table whose columns nobody names as init does, and says how', async () => {
    const file = join(folder, 'queues.csv');
    const texts = { billing: 'I was charged twice for order', shipping: 'The parcel has not arrived for order' };
    const rows = Array.from({ length: 60 }, (_, i) => {
      const queue = i % 2 === 0 ? 'billing' : 'shipping';
      return `T-${i},${texts[queue]} ${i},${queue}`;
    });
    writeFileSync(file, `ticket_id,body,queue\n${rows.join('\n')}\n`);
    const notices: string[] = [];
    const { keep, comparison } = await advise(file, { onNotice: (notice) => notices.push(notice) });
    expect(comparison.systems.map(({ name }) => name)).toContain('nearest');
    expect(notices.join()).toMatch(/^read as classification: text from body, label from queue /);
    expect(keep).toContain(`--format classification --columns '{"text":"body","label":"queue"}'`);
  });

  test('names how to keep one that is better, or as good, and none that is beaten or cannot be kept', () => {
    expect(keepableSystem(comparison('worse', -0.1))).toBe('tfidf');
    expect(keepableSystem(comparison('no-evidence', 0))).toBe('tfidf');
    expect(keepableSystem(comparison('no-evidence', 0.05))).toBeUndefined();
    expect(keepableSystem(comparison('better', 0.1))).toBeUndefined();
    expect(keepableSystem(comparison('worse', -0.1, 'majority'))).toBeUndefined();
  });

  test('is a command that reads the same rows', () => {
    expect(keepCommand('tfidf', { 'learning-rate': '1e-3', 'group-by': 'a b', seed: '3' }, 'tickets.yaml')).toBe(
      "attune train tickets.yaml --model tfidf --group-by 'a b' --seed 3",
    );
    expect(keepCommand('trees', { train: 'my rows.csv', 'data.test': '0.2' })).toBe(
      "attune train --model trees --train 'my rows.csv' --data.test 0.2",
    );
  });
});
