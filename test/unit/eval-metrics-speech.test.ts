import { describe, expect, it } from 'vitest';
import type { Example } from '../../src/data/example.ts';
import { createMetric } from '../../src/eval/metrics/index.ts';
import { spokenText } from '../../src/eval/metrics/spoken-text.ts';
import { suitableMetrics } from '../../src/eval/compare/suitable-metrics.ts';

describe('what is spoken of a text', () => {
  // Values of transformers' BasicTextNormalizer.
  it.each([
    ['Mr. Quilter, [noise] IS   here!', 'mr quilter is here '],
    ['<|en|> (laughs) Hello—world', ' hello world'],
    ["don't", 'don t'],
    ['Größe ½ ﬁn', 'größe 1 2 fin'],
    ['$5 & 30%', ' 5 30 '],
    ['نعم، 中文。', 'نعم 中文 '],
  ])('%j is %j', (text, spoken) => expect(spokenText(text)).toBe(spoken));
});

const example = (text: string): Example =>
  ({
    kind: 'speech',
    id: text,
    text,
    media: { kind: 'audio', path: '', hash: '' },
    source: { file: 'x', line: 1 },
  }) as Example;

describe('error rates of speech', () => {
  it('count words over all rows, whatever their case and punctuation', async () => {
    const { metric } = await createMetric({ metric: 'spoken_word_error_rate' });
    expect(metric.add({ id: '1', text: 'the cat, sat' }, example('The cat sat.'))).toBe(0);
    expect(metric.add({ id: '2', text: 'a b d' }, example('A b c d!'))).toBe(0.25);
    expect(metric.result().value).toBeCloseTo(1 / 7, 12);
    expect(metric.statistic?.()).toBeDefined();
  });

  it('count characters in the same way', async () => {
    const { metric } = await createMetric({ metric: 'spoken_character_error_rate' });
    expect(metric.add({ id: '1', text: 'HALLO' }, example('hello?'))).toBe(0.2);
  });

  it('are what recordings are measured by', () => {
    expect(suitableMetrics([example('one')]).map(({ metric }) => metric)).toEqual([
      'spoken_word_error_rate',
      'spoken_character_error_rate',
    ]);
  });
});
