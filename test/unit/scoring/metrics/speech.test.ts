import { describe, expect, it } from 'vitest';
import type { Example } from '../../../../src/data/example.ts';
import { createMetric } from '../../../../src/scoring/metrics/index.ts';
import { englishText } from '../../../../src/scoring/metrics/english/english-text.ts';
import { spokenText } from '../../../../src/scoring/metrics/error-rates.ts';
import { suitableMetrics } from '../../../../src/evaluation/compare/suitable-metrics.ts';

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

describe('what is spoken of an English text', () => {
  // Pairs of the tests of openai-whisper's EnglishTextNormalizer.
  it.each([
    ['five twenty four', '524'],
    ['nineteen ninety nine', '1999'],
    ['two point five million', '2500000'],
    ['four point two billions', '4200000000s'],
    ['200 thousand dollars', '$200000'],
    ['$20 million', '$20000000'],
    ['€52.4 million', '€52400000'],
    ['two double o eight', '2008'],
    ['forty three thousand two hundred and sixty', '43260'],
    ['nineteen fifties', '1950s'],
    ['thirty three thousand and three hundred and thirty third', '33333rd'],
    ['millions', '1000000s'],
    ['august twenty sixth twenty twenty one', 'august 26th 2021'],
    ['3 14', '3 14'],
    ['fourteen point 4', '14.4'],
    ['two point two five dollars', '$2.25'],
    ['seventy six per cent', '76%'],
    ['one triple oh one', '10001'],
    ['thirty two thousandth', '32000th'],
    ['two dollars and seventy cents', '$2.70'],
    ['$0.36', '¢36'],
    ['three and a half million', '3500000'],
    ['forty eight and a half dollars', '$48.5'],
    ['half a million', '500000'],
    ['b747', 'b 747'],
    ['10 th', '10th'],
    ["Let's", 'let us'],
    ["she's been like", 'she has been like'],
    ['10mm', '10 mm'],
    ['Mr. Park visited Assoc. Prof. Kim Jr.', 'mister park visited associate professor kim junior'],
    ['The colour, um, of the café (laughs)', 'the color of the cafe'],
    ['one and two', 'one and 2'],
  ])('%j is %j', (text, spoken) => expect(englishText(text).trim()).toBe(spoken));
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

  it('know English short forms, numbers and spellings where that is asked for', async () => {
    const { metric } = await createMetric({ metric: 'spoken_word_error_rate', normalizer: 'english' });
    expect(metric.add({ id: '1', text: "it's twenty two colours" }, example('It is 22 colors.'))).toBe(0);
    await expect(createMetric({ metric: 'spoken_word_error_rate', normalizer: 'german' as never })).rejects.toThrow(
      /basic or english/,
    );
  });

  it('are what recordings are measured by', () => {
    expect(suitableMetrics([example('one')]).map(({ metric }) => metric)).toEqual([
      'spoken_word_error_rate',
      'spoken_character_error_rate',
    ]);
  });
});
