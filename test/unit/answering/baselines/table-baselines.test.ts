// Tables with a known truth: how close the tabular baselines come to the best possible prediction.
import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../../src/base/random.ts';
import type { ClassificationExample, Example, RegressionExample } from '../../../../src/data/example.ts';
import { baselines, type BaselineName } from '../../../../src/answering/baselines/index.ts';
import { tableColumns, tableRow } from '../../../../src/answering/baselines/table-columns.ts';
import { fitCheap } from '../../../../src/evaluation/compare/cheap-systems.ts';
import { scorePredictions } from '../../../../src/scoring/score.ts';

type Fields = NonNullable<ClassificationExample['fields']>;

interface Table {
  fields: (unit: (name: string) => number) => Fields;
  /** Probability of "yes". */
  truth: (fields: Fields) => number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const numbersOf = (fields: Fields) => Object.values(fields).map((value) => (typeof value === 'number' ? value : 0));

function drawn(seed: string, i: number) {
  return (name: string) => randomUnit([0, `${seed} ${name}`], i);
}

function rowsOf(
  { fields, truth }: Table,
  count: number,
  seed: string,
): { rows: ClassificationExample[]; truths: number[] } {
  const rows = Array.from({ length: count }, (_, i) => {
    const unit = drawn(seed, i);
    const own = fields(unit);
    return { own, isYes: unit('answer') < truth(own) };
  });
  return {
    truths: rows.map(({ own }) => truth(own)),
    rows: rows.map(({ own, isYes }, i) => ({
      kind: 'classification',
      id: `${seed} ${i}`,
      source: { file: 'table.csv', line: i + 2 },
      text: Object.values(own).join('\n'),
      label: isYes ? 'yes' : 'no',
      fields: own,
    })),
  };
}

/** Results of a system fitted on 1,500 rows and of the truth itself, on 3,000 other rows. */
async function measure(name: BaselineName, table: Table, metric: 'accuracy' | 'average_precision', train = 1500) {
  const { rows } = rowsOf(table, train, 'train');
  const { rows: test, truths } = rowsOf(table, 3000, 'test');
  const predictor = await (await baselines.load(name)).fit(rows);
  const ideal = test.map(({ id }, i) => ({
    id,
    text: truths[i] > 0.5 ? 'yes' : 'no',
    scores: { no: 1 - truths[i], yes: truths[i] },
  }));
  const spec = metric === 'accuracy' ? { metric } : { metric, positive: 'yes' };
  const [[{ value }], [{ value: ceiling }]] = await Promise.all(
    [await predictor.predict(test), ideal].map((predictions) => scorePredictions(predictions, test, [spec])),
  );
  return { value, ceiling };
}

const linear: Table = {
  fields: (unit) => ({ age: unit('age'), amount: unit('amount') * 1000, noise: unit('noise') }),
  truth: (fields) => {
    const [age, amount] = numbersOf(fields);
    return sigmoid(6 * (age - 0.5) - 8 * (amount / 1000 - 0.5));
  },
};

/** Neither column is informative alone. */
const crossed: Table = {
  fields: (unit) => ({ a: unit('a'), b: unit('b'), country: ['DE', 'FR', 'IT'][Math.floor(unit('country') * 3)] }),
  truth: ({ a, b, country }) => ((Number(a) > 0.5 === Number(b) > 0.5) === (country !== 'FR') ? 0.95 : 0.05),
};

/** Missing values are the most informative. */
const holes: Table = {
  fields: (unit) => ({ income: unit('hole') < 0.4 ? null : unit('income'), age: unit('age') }),
  truth: ({ income, age }) => (income === null ? 0.9 : sigmoid(5 * (Number(age) - 0.9))),
};

const rare: Table = {
  fields: (unit) => ({
    amount: Math.exp(3 * unit('amount')),
    hour: Math.floor(unit('hour') * 24),
    foreign: unit('f') < 0.2,
  }),
  truth: ({ amount, hour, foreign }) => (Number(amount) > 12 && Number(hour) < 7 && foreign === true ? 0.85 : 0.008),
};

describe('a table', () => {
  test.each([
    ['logistic_table', linear, 0.015],
    ['trees', linear, 0.03],
    ['trees', crossed, 0.02],
    ['trees', holes, 0.03],
    ['logistic_table', holes, 0.02],
  ] as const)('is answered by %s nearly as well as can be (%#)', async (name, table, within) => {
    const { value, ceiling } = await measure(name, table, 'accuracy');
    expect(value).toBeGreaterThan(ceiling - within);
  });

  test('whose columns matter together only is beyond a linear model, and not beyond trees', async () => {
    expect((await measure('logistic_table', crossed, 'accuracy')).value).toBeLessThan(0.7);
  });

  test('with two positives in a hundred rows is ranked by trees nearly as well as can be', async () => {
    const { value, ceiling } = await measure('trees', rare, 'average_precision', 6000);
    expect(value).toBeGreaterThan(ceiling - 0.08);
    expect(ceiling).toBeLessThan(0.9);
  });

  test('of numbers is learnt with its bends, by trees better than by a line', async () => {
    const numbers = (seed: string, count: number): RegressionExample[] =>
      Array.from({ length: count }, (_, i) => {
        const unit = drawn(seed, i);
        const fields = { x: unit('x'), city: ['a', 'b'][Math.floor(unit('city') * 2)], day: '2024-01-05' };
        const value = 100 * Math.sin(6 * fields.x) + (fields.city === 'a' ? 30 : 0) + 10 * (unit('noise') - 0.5);
        const source = { file: 'table.csv', line: i + 2 };
        return {
          kind: 'regression',
          id: `${seed} ${i}`,
          source,
          text: Object.values(fields).join('\n'),
          value,
          fields,
        };
      });
    const test = numbers('test', 1000);
    const scored = async (name: BaselineName) => {
      const predictor = await (await baselines.load(name)).fit(numbers('train', 800));
      return (await scorePredictions(await predictor.predict(test), test, [{ metric: 'r2' }]))[0].value;
    };
    const [treeValue, lineValue] = [await scored('trees'), await scored('ridge_table')];
    expect(treeValue).toBeGreaterThan(0.98);
    expect(lineValue).toBeLessThan(0.75);
    expect(lineValue).toBeGreaterThan(0.4);
  });

  test('of several classes is told apart by trees', async () => {
    const three = (seed: string, count: number): ClassificationExample[] =>
      rowsOf(linear, count, seed).rows.map((row) => {
        const [age] = numbersOf(row.fields!);
        return { ...row, label: ['low', 'middle', 'high'][Math.floor(age * 3)] };
      });
    const test = three('test', 600);
    const predictions = await (await (await baselines.load('trees')).fit(three('train', 600))).predict(test);
    const [{ value }] = await scorePredictions(predictions, test, [{ metric: 'accuracy' }]);
    expect(value).toBeGreaterThan(0.97);
  });

  test('is left by trees between two rounds, once the signal comes', async () => {
    const trees = await baselines.load('trees');
    const { rows } = rowsOf(crossed, 300, 'train');
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('stopped')));
    await expect(trees.fit(rows, { signal: controller.signal })).rejects.toThrow('stopped');
  });

  test('is read by kinds of columns, with what was never seen as none of the levels', () => {
    const rows = Array.from({ length: 40 }, (_, i): Example => ({
      ...rowsOf(linear, 1, 'one').rows[0],
      fields: {
        n: i,
        when: `2024-0${1 + (i % 9)}-01 1${i % 10}:00`,
        city: i % 2 === 0 ? 'Rome' : 'Oslo',
        note: `text ${i} of its own`,
      },
    }));
    const columns = tableColumns(rows);
    expect(columns.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
      'city category',
      'n number',
      'note text',
      'when date',
    ]);
    const unseen = { ...rows[0], fields: { n: null, when: '2024-03-04 13:00', city: 'Bonn' } } as Example;
    expect([...tableRow(columns, unseen)]).toEqual([0, 0, Number.NaN, 19_786, 2, 1, 13]);
  });

  test('joins the cheap systems of a comparison, and texts alone leave them out with the reason', async () => {
    const { rows } = rowsOf(linear, 100, 'train');
    const names = async (train: readonly Example[]) =>
      (await fitCheap(train)).systems.map(({ predictor }) => predictor.name);
    expect(await names(rows)).toEqual(expect.arrayContaining(['trees', 'logistic_table']));
    const texts = rows.map(({ fields: _fields, ...row }) => row);
    expect((await fitCheap(texts)).skipped.map(({ name }) => name)).not.toContain('trees');
    const { skipped } = await fitCheap(texts, { only: ['trees'] });
    expect(skipped).toContainEqual({ name: 'trees', reason: 'the rows have one column of text' });
  });
});
