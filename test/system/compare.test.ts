// A run's final comparison, and later ones: with its base, with baselines, and with an endpoint that misbehaves.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compare, eval as evaluate, type Advice } from '../../src/app/index.ts';
import type { RunEvent } from '../../src/base/events.ts';
import { readSamples } from '../../src/store/samples.ts';
import { ChatServer } from '../unit/scoring/endpoint-server.ts';
import { BadInputBench } from './bad-input-bench.ts';

const hasEngine = existsSync('build/attune.node');

describe.skipIf(!hasEngine)('a run', () => {
  let bench: BadInputBench;
  let run: string;

  beforeAll(async () => {
    bench = await BadInputBench.make();
    vi.stubEnv('ATTUNE_HOME', bench.env.ATTUNE_HOME!);
    const more = ['--output-dir', 'runs/first', '--data.test', '0.3', '--evaluation.max_new_tokens', '8'];
    const argv = bench.train({}, ...more, '--evaluation.baselines', '[prompted, few_shot, cheap]');
    const { code, document, stderr } = bench.run(argv);
    if (code !== 0) throw new Error(`${stderr}\n${JSON.stringify(document)}`);
    run = bench.path('runs/first');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    bench.remove();
  });

  const events = (): RunEvent[] =>
    bench
      .text('runs/first/events.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);

  it('ends by being compared with its base, asked in three ways, and with cheap baselines on its test rows', () => {
    const comparison = readAssessment(run, 'comparison')!;
    expect(comparison).toMatchObject({
      version: 2,
      split: 'test',
      rows: 9,
      subject: 'tuned',
      cheapChosenOn: 'validation',
    });
    const names = comparison.systems.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['tuned', 'base', 'prompted', 'few_shot']);
    expect(names).toContain('nearest');
    expect(comparison.rivals).toHaveLength(4);
    const [tuned, base, prompted, shown] = comparison.systems;
    expect(Object.keys(tuned.values)).toEqual(Object.keys(base.values));
    expect(tuned.values.bits_per_byte.value).toBeLessThan(base.values.bits_per_byte.value);
    expect(prompted.note).toMatch(/^instruction: Answer in at most/);
    expect(shown.usage!.inputTokens).toBeGreaterThan(base.usage!.inputTokens!);
    const samples = readSamples(run)!;
    expect(samples.rows).toHaveLength(9);
    expect(samples.rows[0].expected).toMatch(/^Parcel \d+ is on its way\.$/);
    expect(Object.keys(samples.rows[0].answers)).toEqual(names);
  });

  it('tells the verdict as an event, before its last word, and in its report', () => {
    const { verdict, sentence } = readAssessment(run, 'comparison')!;
    const types = events().map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['comparison-finished', 'run-finished']);
    expect(events().at(-2)).toMatchObject({ verdict, sentence, rows: 9 });
    expect(bench.run(['runs', 'show', 'runs/first']).document.comparison).toMatchObject({ verdict, sentence });
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('on 9 rows of test');
    expect(readFileSync(join(run, 'adapter/README.md'), 'utf8')).toContain('(this one)');
  });

  it('compared again alone comes out the same, and only with what is asked for', async () => {
    const before = readAssessment(run, 'comparison')!;
    const { comparison, folder } = await compare([run], { baselines: ['cheap'] });
    expect(folder).toBe(run);
    expect(comparison.systems.map(({ name }) => name)).not.toContain('few_shot');
    expect(comparison.systems[0].values).toEqual(before.systems[0].values);
    expect(readAssessment(run, 'comparison')!.systems).toHaveLength(comparison.systems.length);
  });

  it('is measured alone with intervals, and so is its base', async () => {
    const { metrics, values, rows } = await evaluate(run, { metrics: ['bits_per_byte', 'chrf'] });
    expect({ names: Object.keys(metrics), rows }).toEqual({ names: ['bits_per_byte', 'chrf'], rows: 9 });
    expect(values.bits_per_byte.low).toBeLessThan(metrics.bits_per_byte);
    const { document } = bench.run(['eval', 'runs/first', '--base', '--metrics', 'bits_per_byte']);
    expect((document.metrics as Record<string, number>).bits_per_byte).toBeGreaterThan(metrics.bits_per_byte);
  });

  it('is known by the rows that it used', () => {
    const { dataSets } = bench.run(['data', 'list']).document as { dataSets: { rows: number; runs: string[] }[] };
    expect(dataSets.map(({ rows }) => rows)).toContain(9);
    expect(dataSets.every(({ runs }) => runs.length > 0)).toBe(true);
  });

  it('is not compared on rows that it was trained on, unless that is wanted', () => {
    const { code, problems } = bench.failure(['compare', 'runs/first', 'nearest', '--data', 'good.jsonl']);
    expect(code).toBe('E_SPLIT_OVERLAP');
    expect(problems.length).toBeGreaterThan(0);
    const argv = [
      'eval',
      'runs/first',
      '--data',
      'good.jsonl',
      '--allow-overlap',
      '--max-rows',
      '4',
      '--metrics',
      'chrf',
    ];
    expect(bench.run(argv)).toMatchObject({ code: 0, document: { rows: 4, split: 'good.jsonl' } });
  });

  it.each<[string, string[], Parameters<typeof compare>[1] & {}, string]>([
    ['a model that is not there', ['nowhere'], {}, 'E_MODEL_MISSING'],
    ['a system named twice', ['RUN', 'nearest', 'nearest'], {}, 'E_SYSTEM_TWICE'],
    ['an endpoint without a model', ['RUN', 'https://host/v1'], {}, 'E_ENDPOINT_MODEL'],
    ['a metric that is none', ['RUN', 'nearest'], { metrics: ['acuracy'] }, 'E_UNKNOWN_METRIC'],
    ['a baseline that is none', ['RUN'], { baselines: ['few'] }, 'E_UNKNOWN_BASELINE'],
    ['baselines beside systems that are named', ['RUN', 'nearest'], { baselines: ['prompted'] }, 'E_OPTION_IDLE'],
    ['an instruction that nobody is told', ['RUN', 'nearest'], { instruction: 'Be brief.' }, 'E_OPTION_IDLE'],
    ['a limit on endpoints where none is asked', ['RUN', 'nearest'], { maxTokens: 9 }, 'E_OPTION_IDLE'],
    ['no rows', ['nearest', 'majority'], {}, 'E_ROWS_WANTED'],
    ['a file that is not there', ['RUN', 'nearest'], { data: 'nothing.jsonl' }, 'E_FILE_MISSING'],
  ])('is not compared with %s', async (_, named, options, code) => {
    const systems = named.map((name) => (name === 'RUN' ? run : name));
    await expect(compare(systems, options)).rejects.toMatchObject({ code, exitCode: 1 });
  });

  it('goes on where a comparison with an endpoint was cut off', async () => {
    await using server = await ChatServer.start();
    const remote = `${server.url}#large`;
    const down = Array.from({ length: 3 }, () => ({ status: 401, body: '{"error": "who are you?"}' }));
    server.behaviours = ['answer', 'answer', { status: 429, headers: { 'retry-after': '0' } }, 'answer', ...down];
    const options = { metrics: ['chrf'], concurrency: 1, keyVariable: 'NO_SUCH_KEY' };
    await expect(compare([run, remote], options)).rejects.toMatchObject({ code: 'E_ENDPOINT_KEY', exitCode: 1 });
    const asked = server.requests.length;
    server.behaviours = [];
    const { comparison } = await compare([run, remote], options);
    expect(server.requests.length - asked).toBe(9 - 3);
    expect(comparison.systems.map(({ kind }) => kind)).toEqual(['tuned', 'endpoint']);
    expect(comparison.systems[1]).toMatchObject({
      title: expect.stringContaining('large (127.0.0.1'),
      usage: { outputTokens: 18 },
    });
    await expect(compare([run, `few_shot:${remote}`], { metrics: ['chrf'], maxTokens: 50 })).rejects.toMatchObject({
      code: 'E_BUDGET_SPENT',
    });
    const limits = ['--max-tokens', '50', '--key-variable', 'NO_SUCH_KEY', '--allow-overlap'];
    expect(bench.failure(['eval', remote, '--data', 'good.jsonl', ...limits]).code).toBe('E_BUDGET_SPENT');
  });
});

describe.skipIf(!hasEngine)('attune advise', () => {
  let bench: BadInputBench;
  beforeAll(async () => {
    bench = await BadInputBench.make();
  });
  afterAll(() => bench.remove());

  it('measures what needs no model, then a model on growing parts of the rows', () => {
    const argv = ['advise', 'good.jsonl', '--data.test', '0.2', '--evaluation.max_new_tokens', '4'];
    const { code, document } = bench.run(argv);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: { rows: { test: 6 }, answers: 'short', recommendation: { choice: 'measure' } },
    });
    const model = ['--model', 'model', '--max-steps', '1', '--precision', 'f32'];
    const tuned = bench.run([...argv, ...model]).document as unknown as Advice;
    expect(tuned.curve.points.map(({ rows }) => rows)).toEqual([11, 21]);
    expect(tuned.comparison.systems.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['tuned', 'base', 'prompted', 'few_shot', 'nearest']),
    );
    expect(tuned.recommendation.reasons.length).toBeGreaterThan(0);
  });

  it('decides by the metric that is named, and keeps groups together in every measurement', () => {
    const rows = bench.text('good.jsonl').trim().split('\n');
    bench.write('grouped.jsonl', rows.map((row, i) => JSON.stringify({ ...JSON.parse(row), of: i >> 1 })).join('\n'));
    const argv = ['advise', 'grouped.jsonl', '--data.test', '0.2', '--data.group_by', 'of', '--max-new-tokens', '4'];
    const named = [...argv, '--metrics', 'chrf'];
    for (const model of [[], ['--model', 'model', '--max-steps', '1', '--precision', 'f32']]) {
      const { comparison } = bench.run([...named, ...model]).document as unknown as Advice;
      // Without a model, every row is held out in turn.
      expect(comparison).toMatchObject({
        metric: 'chrf',
        ...(model.length === 0 ? { rows: 30, groups: 15 } : { rows: 6, groups: 3 }),
      });
      expect(comparison.metrics).toHaveLength(1);
    }
  });

  it('takes columns by their role from a file of rows, as init does, and none for a recipe', () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i},"It is ${['warm', 'cold'][i % 2]} ${i}",${['a', 'b'][i % 2]}`,
    );
    bench.write('roles.csv', ['id,said,mood', ...rows].join('\n'));
    const argv = ['--text-column', 'said', '--label-column', 'mood'];
    expect(bench.run(['advise', 'roles.csv', ...argv])).toMatchObject({ code: 0, document: { answers: 'classes' } });
    bench.write('roles.yaml', 'model: tfidf\ndata: { train: roles.csv }\n');
    expect(bench.failure(['advise', 'roles.yaml', ...argv]).code).toBe('E_OPTION_IDLE');
  });

  it('refuses too few rows, and plain texts without a model', () => {
    bench.write('few.jsonl', bench.text('good.jsonl').split('\n').slice(0, 12).join('\n'));
    expect(bench.failure(['advise', 'few.jsonl']).code).toBe('E_TOO_FEW_ROWS');
    const texts = Array.from({ length: 40 }, (_, i) => JSON.stringify({ text: `Text ${i} about ${i * 7} things` }));
    bench.write('texts.jsonl', texts.join('\n'));
    expect(bench.failure(['advise', 'texts.jsonl']).code).toBe('E_NOTHING_TO_ADVISE');
  });
});
