// Published values from the READMEs of seqeval and rank_bm25; rankings computed by hand.
import { describe, expect, test } from 'vitest';
import type { Example, GradedExample, PairExample, TaggedExample } from '../../../../src/data/example.ts';
import { Bm25 } from '../../../../src/answering/baselines/bm25.ts';
import { baselines } from '../../../../src/answering/baselines/index.ts';
import { createMetric, type MetricName } from '../../../../src/scoring/metrics/index.ts';
import { entitiesOf } from '../../../../src/scoring/metrics/entities.ts';
import type { Prediction } from '../../../../src/scoring/predictor.ts';
import { suitableMetrics } from '../../../../src/evaluation/compare/suitable-metrics.ts';

const source = { file: 'rows.jsonl', line: 1 };

function tagged(tags: string): TaggedExample {
  const all = tags.split(' ');
  return { kind: 'tagged', id: 'a', source, words: all.map((_, i) => `word${i}`), tags: all };
}

function pair(anchor: string, positive: string): PairExample {
  return { kind: 'pair', id: anchor, source, anchor, positive, negatives: [] };
}

async function measured(name: MetricName, rows: readonly (readonly [Example, Omit<Prediction, 'id'>])[]) {
  const { metric } = await createMetric({ metric: name });
  for (const [example, prediction] of rows) metric.add({ id: example.id, ...prediction }, example);
  return metric.result();
}

describe('names in tags', () => {
  const rows = [
    [tagged('O O O B-MISC I-MISC I-MISC O'), { text: 'O O B-MISC I-MISC I-MISC I-MISC O' }],
    [tagged('B-PER I-PER O'), { text: 'B-PER I-PER O' }],
  ] as const;

  test('are counted whole, as on the page of seqeval', async () => {
    const { value, details } = await measured('entity_f1', rows);
    expect(value).toBe(0.5);
    expect(details.classes).toEqual({
      MISC: { precision: 0, recall: 0, f1: 0, rows: 1, chosen: 1 },
      PER: { precision: 1, recall: 1, f1: 1, rows: 1, chosen: 1 },
    });
    expect((await measured('tag_accuracy', rows)).value).toBe(0.8);
  });

  test('are found in every way of marking them, well formed or not', () => {
    const spans = (tags: string) =>
      entitiesOf(tags.split(' ')).map(({ type, start, end }) => `${type} ${start}-${end}`);
    expect(spans('B-PER I-PER O B-LOC')).toEqual(['PER 0-1', 'LOC 3-3']);
    expect(spans('B-A B-A I-A I-B')).toEqual(['A 0-0', 'A 1-2', 'B 3-3']);
    expect(spans('S-A B-A E-A E-A O I-B')).toEqual(['A 0-0', 'A 1-2', 'A 3-3', 'B 5-5']);
    expect(spans('O O')).toEqual([]);
  });

  test('need a tag for each word', async () => {
    await expect(measured('entity_f1', [[tagged('O O'), { text: 'O' }]])).rejects.toThrow(/E_METRIC_INPUT/);
  });

  test('other tags are measured by themselves', () => {
    expect(suitableMetrics([tagged('NN VB')]).map(({ metric }) => metric)).not.toContain('entity_f1');
    expect(suitableMetrics([tagged('B-X O')])[0].metric).toBe('entity_f1');
  });

  test('a word has its most frequent tag, an unknown one the most frequent of all', async () => {
    const words = ['Rome', 'is', 'old'];
    const train: TaggedExample = { ...tagged('B-LOC O O'), words };
    const predictor = await (await baselines.load('frequent_tag')).fit([train]);
    const [{ text }] = await predictor.predict([{ ...train, words: ['old', 'Rome', 'new'] }]);
    expect(text).toBe('O B-LOC O');
  });
});

describe('search', () => {
  test('BM25 scores as on the page of rank_bm25', () => {
    const corpus = ['Hello there good man!', 'It is quite windy in London', 'How is the weather today?'];
    const scores = new Bm25(corpus.map((text) => text.split(' '))).scores(['windy', 'London']);
    expect([...scores].map((score) => score.toFixed(8))).toEqual(['0.00000000', '0.93729472', '0.00000000']);
  });

  test('the collection is what belongs to the rows, and BM25 finds in it', async () => {
    const more = pair('sleep of cats', 'cats at night');
    const rows = [pair('rain in rome', 'weather at rome'), pair('price of bread', 'bread and its price'), more];
    const predictions = await (await (await baselines.load('bm25')).fit(rows)).predict(rows);
    expect(predictions.map(({ text }) => text)).toEqual(rows.map(({ positive }) => positive));
    expect(predictions[0].ranking).toHaveLength(3);
  });

  test('a rank counts less the further down it is, and nothing beyond k', async () => {
    const others = Array.from({ length: 12 }, (_, i) => `other ${i}`);
    const at = (rank: number) =>
      [pair(`q${rank}`, 'right'), { ranking: others.toSpliced(rank - 1, 0, 'right') }] as const;
    const rows = [at(1), at(3), at(11)];
    expect((await measured('mrr', rows)).value).toBeCloseTo((1 + 1 / 3) / 3, 12);
    expect((await measured('ndcg', rows)).value).toBeCloseTo((1 + 0.5) / 3, 12);
    expect((await measured('recall_at_1', rows)).value).toBeCloseTo(1 / 3, 12);
    expect((await measured('recall_at_10', rows)).value).toBeCloseTo(2 / 3, 12);
    await expect(measured('mrr', [[pair('q', 'right'), { text: 'right' }]])).rejects.toThrow(/E_METRIC_INPUT/);
  });

  test('texts that share words are alike', async () => {
    const graded = (first: string, second: string): GradedExample => ({
      kind: 'graded',
      id: first,
      source,
      first,
      second,
      score: 1,
    });
    const train = [graded('the red house', 'a red house'), graded('old dogs bark', 'cats sleep well')];
    const predictions = await (await (await baselines.load('shared_words')).fit(train)).predict(train);
    const [near, far] = predictions.map(({ text }) => Number(text));
    expect(near).toBeGreaterThan(far + 0.3);
  });
});
