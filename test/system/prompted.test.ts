// A chosen prompt instead of training: stored as a run, used, compared, served and registered like any other.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { BadInputBench } from './bad-input-bench.ts';
import { startServer } from './serve-tiny.ts';

let bench: BadInputBench;

const passages = ['Parcel 3 is late.', 'Parcel 5 is here.', 'Letters take a day.', 'Refunds take a week.']
  .map((text) => `${JSON.stringify({ text })}\n`)
  .join('');

describe.skipIf(!existsSync('build/attune.node'))('a prompted model that is kept', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    vi.stubEnv('ATTUNE_HOME', bench.env.ATTUNE_HOME!);
    bench.write('passages.jsonl', passages);
    const flags = [
      '--prompting.passages',
      'passages.jsonl',
      '--prompting.passages_shown',
      '1',
      '--prompting.shots',
      '1',
    ];
    const more = ['--data.test', '0.3', '--evaluation.max_new_tokens', '8', '--output-dir', 'runs/found'];
    const { code, document } = bench.run(bench.train({ model: 'retrieved:model' }, ...flags, ...more));
    if (code !== 0) throw new Error(JSON.stringify(document));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    bench.remove();
  });

  it('has a run with a comparison with its model alone, and a result with a card', () => {
    const { systems, subject } = readAssessment(bench.path('runs/found'), 'comparison')!;
    expect(subject).toBe('tuned');
    expect(systems.slice(0, 2).map(({ kind, title }) => [kind, title])).toEqual([
      ['retrieved', 'model with retrieval'],
      ['base', 'base'],
    ]);
    expect(systems[0].note).toContain('1 of 4 passages (found by BM25)');
    expect(systems[0].usage!.inputTokens).toBeGreaterThan(systems[1].usage!.inputTokens!);
    expect(bench.text('runs/found/model/README.md')).toContain('model with retrieval: a prompt chosen with attune');
    expect(bench.run(['runs', 'show', 'runs/found']).document).toMatchObject({ model: 'retrieved:model' });
  });

  it('predicts as it was compared, and is measured to the same figures again', () => {
    bench.write('new.jsonl', '{"prompt": "Where is parcel 3?"}\n');
    expect(bench.run(['predict', 'runs/found', '--input', 'new.jsonl']).code).toBe(0);
    expect(bench.run(['eval', 'runs/found']).code).toBe(0);
    expect(bench.run(['compare', 'runs/found', 'base:runs/found', 'few_shot:model']).code).toBe(0);
    expect(bench.failure(['compare', 'prompted:runs/found', 'model']).code).toBe('E_TASK_UNSUPPORTED');
    expect(bench.run(['runs', 'verify', 'runs/found']).code).toBe(0);
  });

  it('has no weights to show, export or go on from', () => {
    expect(bench.failure(['models', 'show', 'runs/found']).code).toBe('E_TASK_UNSUPPORTED');
    expect(bench.failure(['export', 'runs/found', '--to', 'merged']).code).toBe('E_TASK_UNSUPPORTED');
    expect(bench.failure(['runs', 'continue', 'runs/found']).code).toBe('E_TASK_UNSUPPORTED');
  });

  it('is registered under a name, and answers requests with its passages and examples in front of them', async () => {
    expect(bench.run(['models', 'register', 'helper', 'runs/found']).document).toMatchObject({ version: 1 });
    expect(bench.run(['models', 'promote', 'helper', '--force', 'tried here']).code).toBe(0);
    const server = await startServer({ models: [bench.path('runs/found')], registry: true });
    const count = async (model: string): Promise<number> => {
      const prompt = 'Where is parcel 3?';
      return (await server.client.completions.create({ model, prompt, max_tokens: 2 })).usage!.prompt_tokens;
    };
    try {
      const tokens = await count('found');
      expect(tokens).toBeGreaterThan(15);
      expect(await count('helper')).toBe(tokens);
    } finally {
      await server.close();
    }
  });

  it('keeps what it was chosen from, without the origin of rows', () => {
    const kept = JSON.parse(readFileSync(bench.path('runs/found/model/prompting.json'), 'utf8')) as {
      prompting: { library: { passages: string[]; rows: { id: string }[] } };
    };
    expect(kept.prompting.library.passages).toHaveLength(4);
    expect(kept.prompting.library.rows[0].id).toBe('shown:0');
  });
});
