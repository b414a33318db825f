import { describe, expect, test } from 'vitest';
import type { ClassificationExample, CompletionExample } from '../../../../src/data/example.ts';
import { addCounts, bleuCounts, bleuScore, tokens13a } from '../../../../src/scoring/metrics/bleu.ts';
import { chrfCounts, chrfScore } from '../../../../src/scoring/metrics/chrf.ts';
import { symbolDistance } from '../../../../src/scoring/metrics/edit-distance.ts';
import { createMetric, metrics, type MetricName, type MetricSpec } from '../../../../src/scoring/metrics/index.ts';
import { scorePredictions, scorePredictor } from '../../../../src/scoring/score.ts';
import { rowPredictor } from '../../../../src/scoring/predictor.ts';

const source = { file: 'rows.jsonl', line: 1 };

function completion(answer: string, id = 'a'): CompletionExample {
  return { kind: 'completion', id, source, prompt: 'question', completion: answer };
}

function labelled(label: string): ClassificationExample {
  return { kind: 'classification', id: 'a', source, text: 'some text', label };
}

/** Scores [predicted, reference] pairs. */
async function score(spec: MetricName | MetricSpec, pairs: readonly (readonly [string, string])[]) {
  const { metric } = await createMetric(typeof spec === 'string' ? { metric: spec } : spec);
  for (const [predicted, reference] of pairs) metric.add({ id: 'a', text: predicted }, completion(reference));
  return { ...metric.result(), rows: [...metric.rows] };
}

describe('asking for a metric', () => {
  test('an option that a metric does not take is refused', async () => {
    await expect(createMetric({ metric: 'bleu', k: 3 })).rejects.toThrow(/E_METRIC_OPTION[^]*only field/);
    await expect(createMetric({ metric: 'loss', field: 'a' })).rejects.toThrow(/no options/);
    await expect(createMetric({ metric: 'ece', bins: 0 })).rejects.toThrow(/at least 1 \[E_METRIC_OPTION\][^]*got: +0/);
    await expect(createMetric({ metric: 'pattern_match', pattern: '(' })).rejects.toThrow(
      /regular expression \[E_METRIC_OPTION\]/,
    );
  });

  test('an unknown name lists the known ones', async () => {
    await expect(metrics.load('chrff')).rejects.toThrow(/did you mean "chrf"/);
  });
});

describe('likelihood', () => {
  test('loss, perplexity and bits per byte are of sums, not means of rows', async () => {
    const rows = [
      { negativeLogLikelihood: 6, tokens: 3, bytes: 10 },
      { negativeLogLikelihood: 2, tokens: 1, bytes: 2 },
      { negativeLogLikelihood: 1, tokens: 4, bytes: 18 },
    ];
    const value = async (name: MetricName) => {
      const { metric } = await createMetric({ metric: name });
      for (const likelihood of rows) metric.add({ id: 'a', likelihood }, completion('x'));
      return metric.result().value;
    };
    expect(await value('loss')).toBeCloseTo(9 / 8, 12);
    expect(await value('perplexity')).toBeCloseTo(Math.exp(9 / 8), 12);
    expect(await value('bits_per_byte')).toBeCloseTo(9 / Math.LN2 / 30, 12);
  });

  test('a predictor that only answers is refused', async () => {
    const { metric } = await createMetric({ metric: 'loss' });
    expect(() => metric.add({ id: 'a', text: 'x' }, completion('x'))).toThrow(/E_METRIC_INPUT/);
  });
});

describe('texts', () => {
  test('token F1 follows SQuAD: articles, case and punctuation do not count', async () => {
    expect((await score('token_f1', [['The Cat, sat.', 'cat sat']])).value).toBe(1);
    // "cat sat" is common to 3 and 4 words: 2 * 2 / 7.
    expect((await score('token_f1', [['cat sat down', 'a cat sat on mats']])).value).toBeCloseTo(4 / 7, 12);
    expect((await score('token_f1', [['cat cat cat', 'cat']])).value).toBeCloseTo(0.5, 12);
  });

  test('edit distances are the textbook ones', () => {
    expect(symbolDistance([...'kitten'], [...'sitting'])).toBe(3);
    expect(symbolDistance([...'saturday'], [...'sunday'])).toBe(3);
    expect(symbolDistance([...'intention'], [...'execution'])).toBe(5);
    expect(symbolDistance([], [...'abc'])).toBe(3);
    expect(symbolDistance([...'abcxyz'], [...'abc'])).toBe(3);
    expect(symbolDistance([...'aaa'], [...'aa'])).toBe(1);
  });

  test('edit similarity counts an emoji as one character', async () => {
    expect((await score('edit_similarity', [['😀b', '😁b']])).value).toBe(0.5);
    expect((await score('edit_similarity', [['', '']])).value).toBe(1);
  });

  test('error rates weigh rows by their length and may pass 1', async () => {
    const pairs = [
      ['HH AH L OW', 'HH AH0 L OW1'],
      ['B', 'B AE1 T S K Y'],
    ] as const;
    const found = await score('phoneme_error_rate', pairs);
    expect(found.value).toBeCloseTo((2 + 5) / (4 + 6), 12);
    expect(found.rows).toEqual([2 / 4, 5 / 6]);
    expect((await score('character_error_rate', [['abcdef', 'ab']])).value).toBe(2);
  });

  test('a pattern says which form an answer must have, of the whole or of a field', async () => {
    const pairs = ['AA B', ' B\n', 'AA  B', 'X', ''].map((text) => [text, ''] as const);
    expect((await score({ metric: 'pattern_match', pattern: '^(?:(?:AA|B)(?: |$))+$' }, pairs)).rows).toEqual([
      1, 1, 0, 0, 0,
    ]);
    const records = [
      ['{"year": "1999"}', '{"year": "2000"}'],
      ['{"year": "99"}', '{"year": "2000"}'],
    ] as const;
    expect((await score({ metric: 'pattern_match', field: 'year', pattern: String.raw`^\d{4}$` }, records)).value).toBe(
      0.5,
    );
  });

  test('ROUGE gives the published example of the police and the gunman', async () => {
    // Lin (2004), section 3.1: reference "police killed the gunman"; ROUGE-L of S2 is 3/4, of S3 2/4, equal in ROUGE-2.
    const reference = 'police killed the gunman';
    expect((await score('rouge_l', [['police kill the gunman', reference]])).value).toBeCloseTo(3 / 4, 12);
    expect((await score('rouge_l', [['the gunman kill police', reference]])).value).toBeCloseTo(2 / 4, 12);
    expect((await score('rouge_l', [['the gunman police killed', reference]])).value).toBeCloseTo(2 / 4, 12);
    expect((await score('rouge_2', [['police kill the gunman', reference]])).value).toBeCloseTo(1 / 3, 12);
    expect((await score('rouge_2', [['the gunman kill police', reference]])).value).toBeCloseTo(1 / 3, 12);
  });

  test('ROUGE-1 gives the values that the rouge-score package documents', async () => {
    // From its README: precision and recall 0.75 and 0.67 in the order (target, prediction).
    const target = 'The quick brown fox jumps over the lazy dog';
    const found = await score('rouge_1', [['The quick brown dog jumps on the log.', target]]);
    expect(found.details.precision).toBeCloseTo(6 / 8, 12);
    expect(found.details.recall).toBeCloseTo(6 / 9, 12);
    const longest = await score('rouge_l', [['The quick brown dog jumps on the log.', target]]);
    expect(longest.details.precision).toBeCloseTo(5 / 8, 12);
    expect(longest.details.recall).toBeCloseTo(5 / 9, 12);
  });
});

describe('chrF as sacreBLEU', () => {
  test('gives the published sentence scores', () => {
    const published = [
      [
        'Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.',
        'Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.',
        39.14078509,
      ],
      [
        'Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.',
        'A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.',
        31.22557079,
      ],
      [
        'Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.',
        'Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.',
        57.15704367,
      ],
    ] as const;
    for (const [predicted, reference, expected] of published) {
      expect(Math.abs(chrfScore(chrfCounts(predicted, reference)) - expected)).toBeLessThan(5e-4);
    }
  });

  test('gives the corpus scores on the metric card of evaluate/chrf, of chrF and chrF++', async () => {
    // huggingface.co/spaces/evaluate-metric/chrf, which calls sacreBLEU.
    const pairs = [
      [
        'The relationship between cats and dogs is not exactly friendly.',
        'The relationship between dogs and cats is not exactly friendly.',
      ],
      [
        'a good bookshop is just a genteel black hole that knows how to read.',
        'A good bookshop is just a genteel Black Hole that knows how to read.',
      ],
    ] as const;
    expect((await score('chrf', pairs)).value).toBeCloseTo(84.64214891738334, 10);
    expect((await score('chrf_plus_plus', pairs)).value).toBeCloseTo(82.87263732906315, 10);
  });

  test('leaves out orders that a side lacks, and sums counts over rows', async () => {
    // sacreBLEU's test cases with effective order; beta does not matter if precision equals recall.
    expect((await score('chrf', [['a', 'a']])).value).toBeCloseTo(100, 10);
    expect((await score('chrf', [['a b c', 'abc']])).value).toBeCloseTo(100, 10);
    expect((await score('chrf', [['aa', 'ab']])).value).toBeCloseTo(25, 10);
    const two = await score('chrf', [
      ['a', 'a'],
      ['b', 'c'],
    ]);
    expect(two.value).toBeCloseTo(50, 10);
    expect(two.rows).toEqual([100, 0]);
    expect((await score('chrf', [['', 'reference']])).value).toBe(0);
  });
});

describe('BLEU as sacreBLEU', () => {
  const references = [
    ['The dog bit the man.', 'It was not unexpected.', 'The man bit him first.'],
    ['The dog had bit the man.', 'No one was surprised.', 'The man had bitten the dog.'],
  ];
  const predicted = ['The dog bit the man.', "It wasn't surprising.", 'The man had just bitten him.'];

  test('gives the score that its README shows for two references', () => {
    const total = bleuCounts(predicted[0], [references[0][0], references[1][0]]);
    for (const row of [1, 2]) addCounts(total, bleuCounts(predicted[row], [references[0][row], references[1][row]]));
    expect(bleuScore(total)).toBeCloseTo(48.530827, 6);
  });

  test('gives its sentence scores, exponential smoothing and zero without any match', () => {
    const sentence = bleuCounts('Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;', [
      'producţia de zahăr brut se exprimă în zahăr alb;',
    ]);
    expect(bleuScore(sentence, { effectiveOrder: true })).toBeCloseTo(8.493, 3);
    expect(bleuScore(bleuCounts('this is a cat', ['okay thanks']), { effectiveOrder: true })).toBe(0);
  });

  test('gives the scores on the metric cards of evaluate/sacrebleu and evaluate/wiki_split', async () => {
    const total = bleuCounts('hello there general kenobi', ['hello there general kenobi', 'hello there !']);
    addCounts(total, bleuCounts('on our way to ankh morpork', ['goodbye ankh morpork', 'ankh morpork']));
    expect(total).toMatchObject({
      common: [6, 4, 2, 1],
      predicted: [10, 8, 6, 4],
      predictedWords: 10,
      referenceWords: 7,
    });
    expect(bleuScore(total)).toBeCloseTo(39.76353643835252, 10);
    const split = [['About 95 you now get in .', 'About 95 species are currently known .']] as const;
    expect((await score('bleu', split)).value).toBeCloseTo(14.535768424205482, 10);
  });

  test('a corpus too short for four-grams has no score, a short sentence has one', async () => {
    const found = await score('bleu', [['a test', 'a test']]);
    expect(found.value).toBe(0);
    expect(found.rows[0]).toBeCloseTo(100, 10);
    expect(bleuScore(bleuCounts('test', ['a test']), { effectiveOrder: true })).toBeCloseTo(36.78794411714425, 10);
  });

  test('splits tokens as 13a does', () => {
    expect(tokens13a('It costs $5.30, or 1,000 (net) in 1990-95: "A&amp;B".')).toEqual([
      'It',
      'costs',
      '$',
      '5.30',
      ',',
      'or',
      '1,000',
      '(',
      'net',
      ')',
      'in',
      '1990',
      '-',
      '95',
      ':',
      '"',
      'A',
      '&',
      'B',
      '"',
      '.',
    ]);
  });
});

describe('JSON answers', () => {
  test('validity asks for one object and nothing else', async () => {
    const texts = ['{"a": 1}', '{"a": 1', '[1]', '"a"', '{"a": 1} and more', ' {"a":1}\n'];
    const found = await score(
      'json_validity',
      texts.map((text) => [text, '{}'] as const),
    );
    expect(found.rows).toEqual([1, 0, 0, 0, 0, 1]);
  });

  test('field F1 counts leaves, over all rows', async () => {
    const found = await score('json_fields', [
      ['{"category": "mail", "tags": ["a", "b"], "extra": null}', '{"category": "mail", "tags": ["a", "c"]}'],
      ['no json', '{"category": "web"}'],
    ]);
    // Right: category, tags/0; 4 predicted; 3 + 1 expected.
    expect(found.details).toMatchObject({ precision: 2 / 4, recall: 2 / 4, right: 2 });
    expect(found.rows[1]).toBe(0);
  });

  test('a value of another type is not the same value', async () => {
    expect((await score('json_fields', [['{"n": "1"}', '{"n": 1}']])).value).toBe(0);
    expect((await score('json_fields', [['{"n": 1.0}', '{"n": 1}']])).value).toBe(1);
  });

  test('any text metric can look at one field, and a mean joins fields on one scale', async () => {
    const pairs = [['{"category": "mail", "summary": "ab"}', '{"category": "mail", "summary": "aa"}']] as const;
    expect((await score({ metric: 'accuracy', field: 'category' }, pairs)).value).toBe(1);
    const mean: MetricSpec = {
      name: 'both',
      mean: [
        { metric: 'accuracy', field: 'category' },
        { metric: 'chrf', field: 'summary' },
        { metric: 'character_error_rate', field: 'summary' },
      ],
    };
    const found = await score(mean, pairs);
    expect(found.value).toBeCloseTo((1 + 0.25 + 0.5) / 3, 10);
    expect(found.details).toMatchObject({ category_accuracy: 1, summary_chrf: 25 });
    expect((await score({ metric: 'chrf', field: 'summary' }, [['broken', '{"summary": "x"}']])).value).toBe(0);
  });

  test('a mean of metrics without a common scale is refused', async () => {
    await expect(createMetric({ name: 'x', mean: [{ metric: 'loss' }] })).rejects.toThrow(/E_UNBOUNDED_METRIC/);
  });
});

describe('classes', () => {
  const rows = [
    ['cat', 'cat'],
    ['cat', 'cat'],
    ['dog', 'cat'],
    ['dog', 'dog'],
    ['cat', 'bird'],
  ] as const;

  async function classes(name: MetricName) {
    const { metric } = await createMetric({ metric: name });
    for (const [label, truth] of rows) metric.add({ id: 'a', label }, labelled(truth));
    return metric.result();
  }

  test('accuracy, macro F1 and the table agree with a count by hand', async () => {
    expect((await classes('accuracy')).value).toBeCloseTo(3 / 5, 12);
    // cat: 2·2/(3+3), dog: 2·1/(1+2), bird: 0.
    expect((await classes('macro_f1')).value).toBeCloseTo((2 / 3 + 2 / 3 + 0) / 3, 12);
    expect((await classes('confusion')).details.table).toEqual({
      cat: { cat: 2, dog: 1 },
      dog: { dog: 1 },
      bird: { cat: 1 },
    });
  });

  test('a class chosen counts before a text written, a text serves where no class was chosen', async () => {
    const { metric } = await createMetric({ metric: 'accuracy' });
    expect(metric.add({ id: 'a', label: 'cat', text: 'I think it is a cat' }, labelled('cat'))).toBe(1);
    expect(metric.add({ id: 'a', text: ' cat\n' }, labelled('cat'))).toBe(1);
  });
});

describe('scoring', () => {
  test('a predictor is scored with all metrics in one pass', async () => {
    const examples = [completion('ab', 'one'), completion('cd', 'two')];
    const predictor = rowPredictor('constant', () => ({ text: 'ab' }));
    const { predictions, scores } = await scorePredictor(predictor, examples, [
      { metric: 'exact_match' },
      { metric: 'chrf', name: 'similar' },
    ]);
    expect(predictions.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(scores.map(({ name, value }) => [name, value])).toEqual([
      ['exact_match', 0.5],
      ['similar', 50],
    ]);
    expect([...scores[0].rows]).toEqual([1, 0]);
  });

  test('predictions in another order are refused', async () => {
    const examples = [completion('ab', 'one'), completion('cd', 'two')];
    const swapped = [
      { id: 'two', text: 'cd' },
      { id: 'one', text: 'ab' },
    ];
    await expect(scorePredictions(swapped, examples, [{ metric: 'exact_match' }])).rejects.toThrow(
      /does not belong to row one/,
    );
  });

  test('a row without an answer is named', async () => {
    const { metric } = await createMetric({ metric: 'exact_match' });
    const prompt = { kind: 'prompt', id: 'a', source, prompt: 'x', columns: {} } as const;
    expect(() => metric.add({ id: 'a', text: 'x' }, prompt)).toThrow(/E_NO_ANSWER[^]*rows\.jsonl:1/);
  });
});
