// Contract of every metric in the registry.
import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../../src/base/random.ts';
import type { CompletionExample, Example } from '../../../../src/data/example.ts';
import { answerText } from '../../../../src/scoring/prompt-text.ts';
import { metrics } from '../../../../src/scoring/metrics/index.ts';
import type { MetricInput } from '../../../../src/scoring/metrics/metric.ts';
import type { Prediction } from '../../../../src/scoring/predictor.ts';

/** A user with one item, and the item to predict. */
function items(had: string, next: string): Example {
  return { kind: 'items', id: 'a', source: { file: 'rows.jsonl', line: 1 }, items: [had, next] };
}

function completion(answer: string): CompletionExample {
  return {
    kind: 'completion',
    id: 'a',
    source: { file: 'rows.jsonl', line: 1 },
    prompt: 'question',
    completion: answer,
  };
}

/** A text with the image of this hash. */
function imageText(hash: string): Example {
  const media = { kind: 'image', path: `/${hash}.png`, hash } as const;
  return { kind: 'image-text', id: 'a', source: { file: 'rows.jsonl', line: 1 }, media, text: 'a text' };
}

/** A question whose text contains no answer. */
function unanswered(): Example {
  return {
    kind: 'question',
    id: 'a',
    source: { file: 'rows.jsonl', line: 1 },
    question: 'q',
    context: 'c',
    answers: [],
  };
}

/** An answer in steps; right steps are 1. */
function stepwise(labels: number[]): Example {
  const source = { file: 'rows.jsonl', line: 1 };
  return { kind: 'stepwise', id: 'a', source, prompt: 'p', completions: labels.map(String), labels };
}

/** A question with ordered levels; every other row also has a yes/no question. */
function decided(row: number, right: number): Example {
  const source = { file: 'rows.jsonl', line: 1 };
  const levels = ['0', '1', '2'].map((key) => ({ key, description: key }));
  const score = { id: 's', type: 'score', options: levels, target: levels.map((_, i) => Number(i === right)) } as const;
  const noul = { id: 'n', type: 'noul', options: levels.slice(0, 2), target: [0, 1] } as const;
  return { kind: 'decision', id: 'a', source, state: 's', questions: row % 2 === 0 ? [score] : [score, noul] };
}

/** A conversation whose answer calls tools. */
function calling(...names: string[]): Example {
  const calls = names.map((name) => ({ function: { name, arguments: '{"city": "Rome"}' } }));
  const messages = [{ role: 'assistant', content: '', tool_calls: calls }] as const;
  return { kind: 'chat', id: 'a', source: { file: 'rows.jsonl', line: 1 }, messages };
}

/** Metrics that only count rows without an answer. */
const ofNone = (name: string) => name.startsWith('no_answer');

/** The right answer to each row, with everything that any metric reads. */
function perfect(reads: MetricInput, row: number): { prediction: Prediction; example: Example } {
  const answers = { number: `${row / 4}`, scores: ['a', 'b'][row % 2], label: ['a', 'b'][row % 2] };
  const reference = answers[reads as keyof typeof answers] ?? '{"name": "one two three four five"}';
  const prediction = {
    id: 'a',
    text: reference,
    scores: { a: row % 2 === 0 ? 1 : 0, b: row % 2 },
    ranking: reads === 'items' ? [reference] : [reference, 'another'],
    imageRanking: [reference, 'another'],
    likelihood: { negativeLogLikelihood: 0, tokens: 3, bytes: 12 },
    usage: { seconds: 0, inputTokens: 0, outputTokens: 0, cost: 0 },
    margin: 1,
    reward: 0,
    steps: [1, row % 2],
  };
  if (reads === 'steps') return { prediction, example: stepwise([1, row % 2]) };
  if (reads === 'decisions') {
    const certain = [0, 1, 2].map((i) => Number(i === row % 3));
    const decisions = [{ probabilities: certain }, { probabilities: [0, 1] }];
    return { prediction: { id: 'a', decisions }, example: decided(row, row % 3) };
  }
  if (reads === 'calls')
    return { prediction: { id: 'a', text: answerText(calling('a', 'b')) }, example: calling('a', 'b') };
  if (reads === 'image-ranking') return { prediction, example: imageText(reference) };
  return { prediction, example: reads === 'items' ? items(reference, 'another') : completion(reference) };
}

/** An answer that is right at random, with everything that any metric reads. */
function random(reads: MetricInput, row: number): { prediction: Prediction; example: Example } {
  const unit = (site: number) => randomUnit([1, 'metrics test', row, site]);
  const answers = reads === 'tags' ? ['B-A I-A O', 'O O B-B', 'O B-A O'] : ['yes', 'no', 'not sure'];
  const pick = (site: number) => answers[Math.floor(3 * unit(site))];
  const [said, truth] = reads === 'number' ? [`${unit(0)}`, `${unit(0) + unit(1)}`] : [pick(0), pick(1)];
  const object = (value: string) => (reads === 'text' ? JSON.stringify({ name: value, of: pick(2) }) : value);
  const scores = { yes: unit(3) / 3, no: unit(4) / 3, 'not sure': unit(5) / 3 };
  const likelihood = { negativeLogLikelihood: unit(6), tokens: 2 + (row % 3), bytes: 9 + (row % 5) };
  const usage = { seconds: unit(7), inputTokens: row, outputTokens: row % 7, cost: unit(8) };
  const ranking = ['yes', 'no', 'not sure', 'maybe'].toSorted((a, b) => unit(a.length) - unit(b.length));
  if (reads === 'steps') {
    const labels = [9, 10, 11].slice(row % 3).map((site) => Number(unit(site) < 0.7));
    return { prediction: { id: 'a', steps: labels.map((_, step) => unit(12 + step)) }, example: stepwise(labels) };
  }
  if (reads === 'decisions') {
    const levels = [unit(9), unit(10), unit(11)].map((weight, _, all) => weight / all.reduce((sum, one) => sum + one));
    const decisions = [{ probabilities: levels }, { probabilities: [unit(12), 1 - unit(12)] }];
    return { prediction: { id: 'a', decisions }, example: decided(row, Math.floor(3 * unit(13))) };
  }
  if (reads === 'calls') {
    // Some rows call no tools.
    const example = row % 3 === 0 ? completion('no') : calling(truth);
    return { prediction: { id: 'a', text: answerText(calling(said)) }, example };
  }
  const written = reads === 'items' ? items(said, truth) : completion(object(truth));
  return {
    prediction: {
      id: 'a',
      text: object(said),
      scores,
      ranking,
      imageRanking: ranking,
      likelihood,
      usage,
      margin: unit(9) - 0.5,
      reward: unit(10),
    },
    example: reads === 'image-ranking' ? imageText(truth) : written,
  };
}

/** Rows with and without an answer; some predictions are empty. */
function orNone(row: number): { prediction: Prediction; example: Example } {
  const { prediction, example } = random('text', row);
  return {
    prediction: row % 3 === 0 ? { ...prediction, text: '' } : prediction,
    example: row % 2 === 0 ? example : unanswered(),
  };
}

const definitions = await Promise.all(metrics.names.map((name) => metrics.load(name)));
const special: readonly MetricInput[] = [
  'calls',
  'number',
  'ranking',
  'image-ranking',
  'items',
  'tags',
  'scores',
  'usage',
  'margin',
  'steps',
  'decisions',
  'reward',
];
const nothing: Prediction = { id: 'a', likelihood: { negativeLogLikelihood: 9, tokens: 3, bytes: 12 } };

describe('every metric', () => {
  test.each(metrics.names)(
    '%s is best on its own reference, keeps one value per row and refuses no rows',
    async (name) => {
      const definition = await metrics.load(name);
      expect(definition.name).toBe(name);
      const metric = definition.create();
      expect(() => metric.result()).toThrow(/E_NO_ROWS/);
      for (let row = 0; row < 300; row++) {
        const { prediction, example } = perfect(definition.reads, row);
        if (ofNone(name)) metric.add({ ...prediction, text: '' }, unanswered());
        else metric.add(prediction, example);
      }
      const result = metric.result();
      const best = definition.best ?? (name === 'perplexity' ? 1 : 0);
      expect(result.value).toBeCloseTo(best, 10);
      expect(metric.rows.length).toBe(300);
      // A correlation has no value for a single row; its error is used instead.
      expect(metric.rows[299]).toBeCloseTo(definition.reads === 'number' ? 0 : best, 10);
      expect(result.details.rows).toBe(300);
    },
  );

  test.each(definitions.filter(({ reads, name }) => !special.includes(reads) && !ofNone(name)))(
    '$name is finite and not best when nothing was predicted',
    (definition) => {
      const metric = definition.create();
      const value = metric.add(nothing, completion('{"name": "one"}'));
      expect(Number.isFinite(value)).toBe(true);
      expect(Number.isFinite(metric.result().value)).toBe(true);
      expect(metric.result().value).not.toBe(definition.best ?? 0);
    },
  );

  test.each(definitions.filter(({ reads }) => special.includes(reads)))(
    '$name says what it lacks when nothing was predicted',
    (definition) => {
      expect(() => definition.create().add(nothing, completion('1'))).toThrow(/E_METRIC_INPUT[^]*row a/);
    },
  );

  test.each(metrics.names)('%s has the value of any choice of rows, as if only these had been added', async (name) => {
    const definition = await metrics.load(name);
    const all = definition.create();
    const some = definition.create();
    const choice = Uint32Array.from({ length: 40 }, (_, i) => (i * i) % 60);
    for (let row = 0; row < 60; row++) {
      const { prediction, example } = ofNone(name) ? orNone(row) : random(definition.reads, row);
      all.add(prediction, example);
    }
    for (const row of choice) {
      const { prediction, example } = ofNone(name) ? orNone(row) : random(definition.reads, row);
      some.add(prediction, example);
    }
    const mean = (indices: Uint32Array) => indices.reduce((sum, i) => sum + all.rows[i], 0) / indices.length;
    const statistic = all.statistic?.() ?? mean;
    expect(statistic(choice)).toBeCloseTo(some.result().value, 10);
    expect(statistic(Uint32Array.from(all.rows.keys()))).toBeCloseTo(all.result().value, 10);
  });
});
