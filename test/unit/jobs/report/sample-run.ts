import { writeAssessment } from '../../../../src/evaluation/assessments/assessment-files.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import type { Comparison, Difference, Samples } from '../../../../src/store/results.ts';
import { writeSamples } from '../../../../src/store/samples.ts';
import { RunFolder } from '../../../../src/store/run-folder.ts';

/** Data that tries to break out of a page. */
export const HOSTILE = `</style></script><script>window.broken = true</script><img src="http://192.0.2.1/x.png" onerror="window.broken = true">'"&`;

export function stepFinished(step: number, steps: number, loss: number): RunEvent {
  return {
    type: 'step-finished',
    step,
    steps,
    epoch: (2 * step) / steps,
    loss,
    grad_norm: 1 / step,
    learning_rate: 1e-4 * (1 - step / steps),
    inputTokens: 640 * step,
    lossTokens: 64 * step,
    tokensPerSecond: 1000,
    secondsLeft: 1,
    memoryBytes: 2 ** 30 + step,
    metrics: { mean_token_accuracy: step / steps },
  };
}

export function evaluated(step: number, loss: number, best: boolean): RunEvent {
  return { type: 'evaluation-finished', step, epoch: 1, split: 'validation', rows: 10, metrics: { loss }, best };
}

export function sampled(step: number, answer: string): RunEvent {
  const row = { id: 'row-3', prompt: HOSTILE, expected: HOSTILE };
  return { type: 'samples-answered', step, samples: [{ ...row, answer }] };
}

export const recipe = {
  model: 'owner/base',
  data: {
    train: [
      { path: 'tickets.jsonl', weight: null },
      { path: 'more.csv', weight: 2 },
      // A long path without a place to break the line.
      { path: `/${'long'.repeat(40)}.jsonl`, weight: null },
    ],
    max_length: 128,
  },
  tuning: { method: 'lora', r: 16, rank_pattern: { q_proj: 8 } },
  objective: 'sft',
  note: HOSTILE,
};

/** Writes a finished run with everything that a report can show; all its texts are hostile. */
export function writeSampleRun(folder: string, steps = 40): void {
  const run = new RunFolder(folder);
  run.record({
    type: 'run-started',
    run: 'run-1',
    folder,
    base: '',
    recipe,
    identity: { node: 'v24', machine: HOSTILE },
  });
  run.record({ type: 'phase-started', phase: 'train', message: 'training' });
  run.record({
    type: 'data-prepared',
    format: 'messages',
    rows: { train: 80, validation: 10, test: 10 },
    inputTokens: 9000,
    lossTokens: 3000,
    lengths: {
      min: 3,
      median: 20,
      p95: 60,
      max: 90,
      histogram: [
        { from: 0, to: 32, rows: 60 },
        { from: 32, to: 64, rows: 15 },
        { from: 64, to: 96, rows: 5 },
      ],
    },
    truncated: 2,
    dropped: 1,
    hashes: { train: 'aaaa', validation: 'bbbb', test: 'cccc' },
  });
  const problems = [{ message: HOSTILE, file: 'tickets.jsonl', line: 7 }];
  for (let i = 0; i < 3; i++) run.record({ type: 'warning-raised', code: 'W_SHORT', message: HOSTILE, problems });
  for (let step = 1; step <= steps; step++) {
    run.record(stepFinished(step, steps, 1 + 2 / step));
    if (step % 10 !== 0) continue;
    run.record(evaluated(step, 1.5 + 1 / step, true));
    run.record(sampled(step, `${step} ${HOSTILE}`));
  }
  run.record({
    type: 'run-finished',
    step: steps,
    choice: { step: steps, reason: 'last-step' },
    result: 'adapter',
    metrics: {},
    seconds: 5,
  });
  run.close();
  writeAssessment(folder, 'comparison', comparison);
  writeSamples(folder, samples);
  const measure = {
    metric: 'bits_per_byte',
    title: HOSTILE,
    better: 'lower',
    rows: 120,
    before: 1.2,
    after: 1.5,
  } as const;
  const lost = { loss: 0.3, low: 0.25, high: 0.35, p: 0.0001, verdict: 'worse' } as const;
  writeAssessment(folder, 'forgetting', { version: 1, confidence: 0.95, measures: [{ ...measure, ...lost }] });
  writeAssessment(folder, 'overfitting', overfitting);
}

export const overfitting = {
  version: 1,
  confidence: 0.95,
  gap: { training: 0.4, validation: 0.9, trainingRows: 80, validationRows: 10, gap: 0.5, low: 0.3, high: 0.7 },
  paraphrases: {
    training: {
      rows: 40,
      base: { original: 2, rephrased: 2.1 },
      tuned: { original: 0.4, rephrased: 0.9 },
      excess: 0.4,
      low: 0.21,
      high: 0.58,
    },
  },
  memorised: {
    order: 8,
    rows: 10,
    answers: 0.4,
    expected: 0.1,
    excess: 0.3,
    low: 0.1,
    high: 0.5,
    examples: [{ id: 'row-7', text: HOSTILE }],
  },
} as const;

const table = { [HOSTILE]: { [HOSTILE]: 4, refund: 2 }, refund: { refund: 2, 'no such class': 1, [HOSTILE]: 1 } };

const bins = [
  { from: 0.4, to: 0.6, rows: 3, confidence: 0.5, accuracy: 0.3333 },
  { from: 0.8, to: 1, rows: 7, confidence: 0.93, accuracy: 0.7 },
];

export const comparison: Comparison = {
  version: 2,
  split: 'test',
  rows: 10,
  confidence: 0.95,
  seed: 0,
  metric: 'chrf',
  metrics: [
    { name: 'chrf', title: 'chrF', better: 'higher', best: 100, reads: 'text' },
    { name: 'exact_match', title: 'exact match', better: 'higher', best: 1, reads: 'text' },
    { name: 'confusion', title: 'confusion table', better: 'higher', best: 1, reads: 'label', isTable: true },
    { name: 'ece', title: 'calibration error', better: 'lower', best: 0, reads: 'scores' },
  ],
  subject: 'tuned',
  systems: [
    {
      name: 'tuned',
      title: 'tuned',
      kind: 'tuned',
      values: {
        chrf: { value: 50, low: 47, high: 53 },
        exact_match: { value: 0.4 },
        confusion: { value: 0.6, details: { table } },
        ece: { value: 0.2, details: { bins } },
      },
      usage: { secondsPerRow: 0.2, inputTokens: 1000, outputTokens: 200 },
      cutAnswers: 3,
    },
    {
      name: 'base',
      title: 'base',
      kind: 'base',
      values: { chrf: { value: 30, low: 28, high: 33 }, exact_match: { value: 0.1 } },
    },
    { name: 'nearest', title: HOSTILE, kind: 'cheap', values: { chrf: { value: 10 } }, note: HOSTILE },
  ],
  rivals: ['base', 'nearest'],
  cheapChosenOn: 'validation',
  differences: [
    difference({ metric: 'chrf', against: 'base', estimate: 20, low: 15, high: 25 }),
    difference({ metric: 'chrf', against: 'nearest', estimate: 40, low: 35, high: 45 }),
    difference({ metric: 'exact_match', against: 'base', estimate: 0.3, low: 0.1, high: 0.5 }),
    {
      ...difference({ metric: 'exact_match', against: 'nearest', estimate: -0.2, low: -0.3, high: -0.1 }),
      verdict: 'worse',
    },
  ],
  verdict: 'better',
  sentence: 'chrF 50 against 30 of base (better by 20, 95 % interval +15 to +25) on 10 rows of test.',
  flips: { against: 'base', worse: ['a'], better: ['b'] },
  skipped: [{ name: 'logistic_regression', reason: HOSTILE }],
};

function difference(figures: Pick<Difference, 'metric' | 'against' | 'estimate' | 'low' | 'high'>): Difference {
  return { ...figures, p: 0.001, pAdjusted: 0.002, test: 'permutation', minimalDetectable: 4, verdict: 'better' };
}

const samples: Samples = {
  version: 2,
  systems: [
    { name: 'tuned', title: 'tuned' },
    { name: 'base', title: 'base' },
    { name: 'nearest', title: 'nearest training row' },
  ],
  rows: [
    {
      id: 'a',
      prompt: HOSTILE,
      expected: 'yes',
      answers: {
        tuned: { text: HOSTILE, valid: false, scores: { chrf: 3, exact_match: 0 } },
        base: { text: 'yes\n', valid: true, scores: { chrf: 100, exact_match: 1 } },
      },
      change: 'worse',
    },
    {
      id: 'b',
      prompt: 'second',
      answers: { tuned: { text: '', scores: { chrf: 0 } }, base: { text: 'x'.repeat(3000), scores: { chrf: 0 } } },
      change: 'same',
    },
    ...Array.from({ length: 30 }, (_, i): Samples['rows'][number] => ({
      id: `c${i}`,
      prompt: `question number ${i}`,
      expected: 'yes',
      answers: {
        tuned: { text: 'yes', valid: true, scores: { chrf: 100 } },
        base: { text: 'no', scores: { chrf: 0 } },
        nearest: { text: `copied ${i}`, scores: { chrf: 0 } },
      },
      change: 'better',
    })),
  ],
};
