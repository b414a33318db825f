import { readAssessment, writeAssessment } from '../../../../src/evaluation/assessments/assessment-files.ts';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reportRun } from '../../../../src/app/report/index.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import { html } from '../../../../src/jobs/report/html.ts';
import { writeReport, type ReportRows } from '../../../../src/jobs/report/index.ts';
import { reportRowsOf } from '../../../../src/jobs/report/rows-setting.ts';
import { forgettingSchema } from '../../../../src/evaluation/assessments/forgetting.ts';
import { overfittingSchema } from '../../../../src/evaluation/assessments/overfitting.ts';
import { comparisonSchema } from '../../../../src/store/results.ts';
import { readSamples, writeSamples } from '../../../../src/store/samples.ts';
import { RunClock } from '../../../../src/store/run-clock.ts';
import { readReport } from '../../../../src/jobs/report/run-report.ts';
import { CurveCollector } from '../../../../src/jobs/report/step-curves.ts';
import type { CounterfactualResults } from '../../../../src/evaluation/assessments/counterfactuals.ts';
import { RunFolder } from '../../../../src/store/run-folder.ts';
import {
  comparison as sampleComparison,
  evaluated,
  HOSTILE,
  recipe,
  stepFinished,
  writeSampleRun,
} from './sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(events: readonly RunEvent[], resume = false): void {
  const run = new RunFolder(folder, { resume });
  for (const event of events) run.record(event);
  run.close();
}

const started: RunEvent = { type: 'run-started', run: 'r', folder: '', base: '', recipe, identity: {} };

async function page(): Promise<string> {
  await writeReport(folder);
  return readFileSync(join(folder, 'report.html'), 'utf8');
}

describe('pairs of rows that differ in a group', () => {
  const difference = { value: 0.4, other: 1, estimate: -0.6, low: -0.8, high: -0.4, p: 1e-6, pAdjusted: 1e-5 };
  const results: CounterfactualResults = {
    version: 1,
    file: 'pairs.jsonl',
    pairs: 10,
    confidence: 0.95,
    seed: 0,
    metrics: [{ name: 'accuracy', title: 'accuracy', better: 'higher', reads: 'label' }],
    systems: [
      {
        name: 'tuned',
        title: 'runs/tickets',
        axes: [
          {
            axis: 'gender',
            pairs: 10,
            flips: { pairs: 6, rate: 0.6, low: 0.31, high: 0.83 },
            groups: [
              {
                group: 'female',
                against: 'male',
                pairs: 10,
                metrics: { accuracy: { ...difference, verdict: 'worse' } },
                answers: { [HOSTILE]: { ...difference, estimate: 0, verdict: 'no-evidence' } },
              },
            ],
            examples: [{ original: { text: HOSTILE, answer: 'no' }, changed: { text: 'He asks', answer: HOSTILE } }],
          },
        ],
      },
    ],
    skipped: [],
  };

  test('are in the report where they were measured, with what flips quoted and nothing of it run', async () => {
    writeSampleRun(folder);
    expect(await page()).not.toContain('Who gets different answers');
    writeAssessment(folder, 'counterfactuals', results);
    const shown = await page();
    expect(shown).toContain('Who gets different answers');
    expect(shown).toMatch(/female against male<small>accuracy; 10 pairs<\/small>/);
    expect(shown).toContain('below 0.001');
    expect(shown).toMatch(/the first 1 of\s*6/);
    expect(shown).not.toContain('<script>window.broken');
    expect(readReport(folder).counterfactuals).toEqual(results);
  });
});

describe('report.json', () => {
  test('holds assessments as their schemas say', () => {
    writeSampleRun(folder);
    const report = readReport(folder);
    expect(comparisonSchema.parse(report.comparison)).toEqual(report.comparison);
    expect(forgettingSchema.parse(report.forgetting)).toEqual(report.forgetting);
    expect(overfittingSchema.parse(report.overfitting)).toEqual(report.overfitting);
  });

  test('holds the whole run as data', async () => {
    writeSampleRun(folder);
    await writeReport(folder);
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(report).toMatchObject({
      version: 2,
      run: { id: 'run-1', status: 'finished', step: 40, result: join(folder, 'adapter') },
      recipe,
      comparison: { verdict: 'better' },
      data: { rows: { train: 80 }, hashes: { train: 'aaaa' }, truncated: 2 },
      totals: { inputTokens: 25_600, lossTokens: 2_560, peakMemoryBytes: 2 ** 30 + 40 },
      epochs: [{ step: 20, epoch: 2 }],
      warnings: [{ code: 'W_SHORT', times: 3 }],
    });
    expect(report.totals.tokensPerSecond).toBeCloseTo(1000, 6);
    expect(report.curves['train/loss'].points).toHaveLength(40);
    expect(report.curves['validation/loss'].points[0]).toEqual({ step: 10, value: 1.6, low: 1.6, high: 1.6 });
  });

  test('of a run that failed before its first checkpoint and was begun again shows the second try alone', () => {
    const failed: RunEvent = { type: 'run-failed', step: 2, error: { what: 'killed', fix: 'less memory' } };
    write([started, evaluated(0, 5, true), stepFinished(1, 4, 9), stepFinished(2, 4, 8), failed]);
    write([{ ...started, run: 'another' }, evaluated(0, 5, true), stepFinished(1, 4, 7)], true);
    const { curves, evaluations, error, run } = readReport(folder);
    expect(curves['validation/loss'].points.map(({ step }) => step)).toEqual([0]);
    expect(curves['train/loss'].points.map(({ step, value }) => [step, value])).toEqual([[1, 7]]);
    expect(evaluations.map(({ step }) => step)).toEqual([0]);
    expect([error, run.error, run.fix]).toEqual([undefined, undefined, undefined]);
  });

  test('of a run that was stopped while it was judged, and went on, does not say that it was not judged', () => {
    const warned = (code: string): RunEvent => ({ type: 'warning-raised', code, message: 'stopped' });
    write([started, warned('W_NOT_COMPARED'), warned('W_NOT_MEASURED'), warned('W_SHORT')]);
    expect(readReport(folder).warnings.map(({ code }) => code)).toEqual([
      'W_NOT_COMPARED',
      'W_NOT_MEASURED',
      'W_SHORT',
    ]);
    write([started], true);
    writeAssessment(folder, 'comparison', sampleComparison);
    expect(readReport(folder).warnings.map(({ code }) => code)).toEqual(['W_SHORT']);
  });

  test('of a resumed run shows each step once, as it was done last', () => {
    write([started, stepFinished(1, 4, 9), stepFinished(2, 4, 9), evaluated(2, 9, true)]);
    const resumed: RunEvent = { type: 'run-resumed', step: 1, from: 'checkpoints/step-1' };
    write([{ ...started, run: 'another' }, resumed, stepFinished(2, 4, 5), evaluated(2, 4, true)], true);
    const report = readReport(folder);
    expect(report.curves['train/loss'].points.map(({ step, value }) => [step, value])).toEqual([
      [1, 9],
      [2, 5],
    ]);
    expect(report.evaluations.map(({ metrics }) => metrics.loss)).toEqual([4]);
    expect(report.run).toMatchObject({ id: 'r', status: 'interrupted' });
  });

  test('is also written by name, through the use case', async () => {
    writeSampleRun(folder);
    const written = await reportRun(folder);
    expect(written.report.run.id).toBe('run-1');
    expect([existsSync(written.html), existsSync(written.json)]).toEqual([true, true]);
  });
});

describe('report.html', () => {
  test('leads with the verdict, then shows the rest', async () => {
    writeSampleRun(folder);
    const text = await page();
    const places = [
      '<p class="word">Better</p>',
      'Use the tuned model: it has chrF 50, the base model 30.',
      'How sure is that?',
      'chrF 50 against 30 of base (better by 20, 95 % interval +15 to +25) on 10 rows of test.',
      'Best validation loss',
      'Warnings',
      'Did it help?',
      'How it learned',
      'Answers side by side',
      '✓ as expected',
      'Length of rows',
      'rank_pattern.q_proj',
    ].map((words) => text.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).toContain('tickets.jsonl, path more.csv weight 2');
    expect(text).toContain('<b>2</b> rows were cut and <b>1</b> left out');
  });

  test('says where the result loses, what was skipped, what classes are mixed up and what an answer costs', async () => {
    writeSampleRun(folder);
    const words = (await page())
      .replaceAll(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>|<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(words).toContain('It loses by exact match against &lt;/style&gt;');
    expect(words).toContain('lower is better; 120 rows 1.2 then 1.5');
    expect(words).toContain('−0.3 −0.35 to −0.25 ▼ worse');
    expect(words).toContain('logistic_regression : &lt;/style&gt;');
    expect(words).toContain('refund taken for no class: 1');
    expect(words).toContain('share of right answers by confidence');
    expect(words).toContain('tuned 200 ms 100 20');
    expect(words).toContain('exact match , higher is better: better than 1, worse than 1');
    // The confusion table is shown as a picture, without its accuracy as another metric.
    expect(words).not.toContain('confusion table');
  });

  test('tells what was learnt by heart and which answers were cut', async () => {
    writeSampleRun(folder);
    const shown = await page();
    expect(shown).toContain('Memorisation');
    expect(shown).toContain('rewordings of prompts in training rows');
    expect(shown).toContain('tuned: 3 of 10 answers were cut off at the token limit');
  });

  test('names the hash of the recipe and of each split', async () => {
    writeSampleRun(folder);
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, 'recipe.json')))
      .digest('hex');
    expect(await page()).toContain(hash);
    expect(readReport(folder).recipeHash).toBe(hash);
  });

  test('holds no script but its own, which its policy names by hash, no address to load from, and nothing unescaped', async () => {
    writeSampleRun(folder);
    const text = await page();
    expect(text).not.toMatch(/<(img|link|iframe|object)/i);
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script);
    expect(text.match(/<script/gi)).toHaveLength(scripts.length);
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256').update(scripts[0]).digest('base64');
    expect(text).toContain(
      `"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(text).toContain('&lt;script&gt;window.broken');
    expect(text.match(/<\/style>/g)).toHaveLength(1);
  });

  test('without answers to filter holds no script at all', async () => {
    write([started]);
    const text = await page();
    expect(text).not.toMatch(/<script/i);
    expect(text).not.toContain('script-src');
  });

  test('of a run that failed before its first step says what failed and what to do', async () => {
    const problems = [{ message: 'no answer', file: 'a.jsonl', line: 3, field: 'completion' }];
    write([{ type: 'run-failed', step: 0, error: { what: 'Bad rows', fix: 'mend them', problems } }]);
    const text = await page();
    expect(text).toContain('Bad rows');
    expect(text).toContain('What to do: mend them');
    expect(text).toContain('a.jsonl:3 completion: no answer');
    expect(text).not.toContain('How it learned');
  });

  test('names the system that is judged, which need not be a tuned model', async () => {
    writeSampleRun(folder);
    expect(await page()).toContain('a difference above zero means that the tuned model did better.');
    const comparison = readAssessment(folder, 'comparison')!;
    const [judged, ...others] = comparison.systems;
    const systems = [{ ...judged, title: 'gradient-boosted trees', kind: 'cheap' } as const, ...others];
    writeAssessment(folder, 'comparison', { ...comparison, systems });
    expect(await page()).toContain('a difference above zero means that gradient-boosted trees did better.');
  });

  test('of a finished run without a comparison does not claim that it helped', async () => {
    write([
      started,
      stepFinished(1, 1, 2),
      { type: 'run-finished', step: 1, choice: { step: 1, reason: 'last-step' }, result: 'a', metrics: {}, seconds: 1 },
    ]);
    expect(await page()).toContain('Not compared with its base model');
  });

  test('survives one step, values that are not finite, and a rate that ends at zero', async () => {
    write([started, stepFinished(1, 1, Number.NaN), evaluated(1, 2, true)]);
    const text = await page();
    expect(text.slice(0, text.indexOf('<pre'))).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(text).toContain('Loss by step');
  });

  test('of a hundred thousand steps stays small enough to open', () => {
    const collector = new CurveCollector();
    for (let step = 1; step <= 100_000; step++) collector.record({ at: step, ...stepFinished(step, 1e5, 1) } as never);
    const { count, points } = collector.curves()['train/loss'];
    expect(count).toBe(100_000);
    expect(points.length).toBeLessThanOrEqual(240);
    expect(points.at(-1)?.step).toBe(100_000);
  });

  test('says that it holds rows in clear; or holds them without personal data, or not at all', async () => {
    writeSampleRun(folder);
    const samples = readSamples(folder)!;
    const [first] = samples.rows;
    const named = {
      ...first,
      prompt: 'Call Anna Miller at anna.miller@example.com',
      picture: 'data:image/png;base64,AA',
    };
    writeSamples(folder, { ...samples, rows: [named] });
    const read = async (rows?: ReportRows) => {
      await writeReport(folder, rows);
      return ['report.html', 'report.json'].map((name) => readFileSync(join(folder, name), 'utf8'));
    };
    const [html, json] = await read();
    expect(html).toContain('contains these rows in clear text');
    expect([html, json].every((text) => text.includes('anna.miller@example.com'))).toBe(true);
    for (const text of await read('redacted')) expect(text).not.toMatch(/anna\.miller|Anna Miller|base64,AA/);
    expect((await read('redacted'))[0]).toContain('Call [NAME_1] at [EMAIL_1]');
    for (const text of await read(false)) expect(text).not.toMatch(/Call|Apparent personal data|in clear/);
    expect(reportRowsOf({ recipe: { evaluation: { report_rows: 'redacted' } } })).toBe('redacted');
  });

  test('a missing run is refused by its code, a broken file of results by its name', async () => {
    await expect(writeReport(folder)).rejects.toThrow(/E_RUN_MISSING/);
    writeSampleRun(folder);
    writeFileSync(join(folder, 'samples.json'), '{"systems": [');
    await expect(writeReport(folder)).rejects.toThrow(/samples\.json is not valid JSON \[E_BAD_JSON\]/);
  });
});

describe('a thinned curve', () => {
  test('keeps the extremes of each span and the last step', () => {
    const collector = new CurveCollector();
    const losses = Array.from({ length: 480 }, (_, i) => (i === 100 ? 50 : 1));
    for (const [i, loss] of losses.entries()) collector.record({ at: i, ...stepFinished(i + 1, 480, loss) } as never);
    const { points } = collector.curves()['train/loss'];
    expect(points).toHaveLength(240);
    expect(points[50]).toEqual({ step: 102, value: 25.5, low: 1, high: 50 });
    expect(points.at(-1)?.step).toBe(480);
  });
});

describe('the run’s clock', () => {
  test('adds up phases and leaves out the pause before a resume', () => {
    const clock = new RunClock();
    const phase = (name: 'data' | 'train'): RunEvent => ({ type: 'phase-started', phase: name, message: '' });
    const events: [number, RunEvent][] = [
      [0, started],
      [1000, phase('data')],
      [3000, phase('train')],
      [8000, { type: 'run-stopped', step: 1, reason: '' }],
      [900_000, { type: 'run-resumed', step: 1, from: '' }],
      [901_000, phase('train')],
      [902_000, { type: 'run-stopped', step: 2, reason: '' }],
    ];
    for (const [at, event] of events) clock.record({ at, ...event });
    expect(clock.seconds).toBe(10);
    expect(clock.phases()).toEqual([
      { phase: 'data', seconds: 2 },
      { phase: 'train', seconds: 7 },
    ]);
  });
});

describe('html', () => {
  test('escapes values, joins lists, and leaves out what is not there', () => {
    const list = ['a<b', 'c'].map((item) => html`<li title="${item}">${item}</li>`);
    expect(html`<b>${list}${undefined}${false}</b>${0}${'"\'&\0'}`.text).toBe(
      '<b><li title="a&lt;b">a&lt;b</li><li title="c">c</li></b>0&quot;&#39;&amp;\ufffd',
    );
  });
});
