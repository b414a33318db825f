import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importOpenAi } from '../../../../src/app/import-openai/import-openai.ts';
import { recipeOfJob } from '../../../../src/app/import-openai/job-to-recipe.ts';
import { resolveRecipeFile } from '../../../../src/app/recipe/index.ts';
import { recordedOpenAi } from './recorded-openai.ts';

let folder: string;
let openai: Awaited<ReturnType<typeof recordedOpenAi>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-openai-'));
  openai = await recordedOpenAi();
  process.env.OPENAI_API_KEY = 'sk-test';
});
afterEach(() => {
  openai.close();
  delete process.env.OPENAI_API_KEY;
  rmSync(folder, { recursive: true, force: true });
});

const fetchAll = () => importOpenAi({ output: folder, baseUrl: openai.url, prices: [0.3, 1.2], firstWait: 0.01 });
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

describe('attune import openai', () => {
  it('fetches jobs, files, events and completions, and writes recipes that can be trained', async () => {
    const { jobs, completions } = await fetchAll();
    expect(jobs.map(({ id, recipe, remarks }) => [id, recipe !== undefined, remarks.length])).toEqual([
      ['ftjob-one', true, 1],
      ['ftjob-two', true, 0],
      ['___ftjob-three', false, 1],
    ]);
    expect(readdirSync(join(folder, 'jobs', 'ftjob-one')).toSorted()).toEqual([
      'events.jsonl',
      'job.json',
      'recipe.yaml',
      'result-1.csv',
      'training.jsonl',
      'validation.jsonl',
    ]);
    expect(read('jobs', 'ftjob-one', 'events.jsonl').match(/event \d/g)).toEqual(['event 1', 'event 2', 'event 3']);
    const recipe = await resolveRecipeFile(join(folder, 'jobs', 'ftjob-one', 'recipe.yaml'));
    expect(recipe).toMatchObject({
      model: 'attune-base',
      objective: { name: 'sft' },
      training: { epochs: 3, batch_size: 1, seed: 7 },
    });
    const pairs = await resolveRecipeFile(join(folder, 'jobs', 'ftjob-two', 'recipe.yaml'));
    expect(pairs).toMatchObject({ objective: { name: 'dpo', beta: 0.2 }, training: { epochs: null } });
    expect(jobs[0].comparison).toBe(`attune compare runs/ftjob-one ${openai.url}#${jobs[0].tuned} --prices IN,OUT`);
    expect(completions).toMatchObject([
      { model: 'ft:gpt-4o-mini:acme', rows: 1, leftOut: 1, inputTokens: 100, outputTokens: 50 },
    ]);
    expect(completions[0].costPerThousand).toBeCloseTo(0.09, 10);
    expect(JSON.parse(read('completions', 'ft_gpt-4o-mini_acme.jsonl'))).toEqual({
      messages: [
        { role: 'user', content: 'Where is it?' },
        { role: 'assistant', content: 'On its way.' },
      ],
    });
    expect(openai.asked.every((one) => one.startsWith('GET '))).toBe(true);
  });

  it('does not fetch again what is there', async () => {
    await fetchAll();
    const before = openai.asked.length;
    await fetchAll();
    expect(openai.asked.slice(before).filter((one) => /files|events/.test(one))).toEqual([
      'GET /v1/files/file-gone/content',
    ]);
  });

  it('says what is wrong with the key, and leaves nothing', async () => {
    process.env.OPENAI_API_KEY = 'sk-other';
    await expect(fetchAll()).rejects.toMatchObject({ code: 'E_IMPORT_REFUSED', got: 'status 401' });
    delete process.env.OPENAI_API_KEY;
    await expect(fetchAll()).rejects.toMatchObject({ code: 'E_IMPORT_KEY' });
    expect(existsSync(join(folder, 'jobs'))).toBe(false);
  });
});

describe('a job of reinforcement', () => {
  const job = (grader: object) => ({
    id: 'a',
    model: 'o4-mini',
    method: { type: 'reinforcement', reinforcement: { grader } },
  });

  it('keeps a grader that can be computed here, and names one that cannot', () => {
    const check = {
      type: 'string_check',
      name: 'a',
      operation: 'eq',
      input: '{{sample.output_text}}',
      reference: '{{item.a}}',
    };
    expect(recipeOfJob(job(check), 'attune-base', { train: 'training.jsonl' }).text).toContain('rule: grader');
    const python = recipeOfJob(job({ type: 'python', source: 'x' }), 'attune-base', { train: 'training.jsonl' });
    expect(python.text).toBeUndefined();
    expect(python.remarks[0]).toContain('reward function');
  });
});
