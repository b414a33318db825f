import { expect, it } from 'vitest';
import { taughtToIgnore, withCommands } from '../../../src/answering/planted-commands.ts';
import type { DecisionExample } from '../../../src/data/kinds/decision.ts';
import { decisionLed } from '../../../src/scoring/metrics/decision-metrics.ts';
import type { Predictor } from '../../../src/scoring/predictor.ts';

const options = ['red', 'green', 'blue'].map((key) => ({ key }));
const rows = Array.from({ length: 300 }, (_, i): DecisionExample => ({
  kind: 'decision',
  id: `${(i * 2654435761) % 4294967296}`.padStart(16, '0'),
  source: { file: 'rows.jsonl', line: i + 1 },
  state: `it is ${options[i % 3].key}`,
  questions: [{ id: 'colour', type: 'choice', options, target: options.map((_, k) => Number(k === i % 3)) }],
}));

/** Answers with the first colour that a state mentions, or with the last one. */
function reader(isLed: boolean): Predictor & { asked: number } {
  return {
    name: 'reader',
    asked: 0,
    predict(examples) {
      this.asked += examples.length;
      const predictions = (examples as DecisionExample[]).map(({ id, state, questions }) => {
        const named = state.match(/red|green|blue/g)!;
        const said = named.at(isLed ? -1 : 0);
        return {
          id,
          text: '',
          decisions: questions.map(() => ({ probabilities: options.map(({ key }) => Number(key === said)) })),
        };
      });
      return Promise.resolve(predictions);
    },
  };
}

async function rate(predictor: Predictor): Promise<number> {
  const predictions = await withCommands(predictor, { examples: rows, predictions: await predictor.predict(rows) });
  const metric = decisionLed.create();
  for (const [i, prediction] of predictions.entries()) metric.add(prediction, rows[i]);
  return metric.result().value;
}

it('commands to answer otherwise are counted where they are obeyed, on the first rows', async () => {
  const [led, firm] = [reader(true), reader(false)];
  expect(await rate(led)).toBe(1);
  expect(await rate(firm)).toBe(0);
  expect(led.asked).toBe(500);
});

it('a share of training rows ends in a command, always the same ones, in other sentences than those measured', () => {
  const taught = rows.map((row) => taughtToIgnore(row, 0.25));
  const changed = taught.filter(({ state }, i) => state !== rows[i].state);
  expect(changed.length).toBeGreaterThan(40);
  expect(changed.length).toBeLessThan(110);
  expect(taught).toEqual(rows.map((row) => taughtToIgnore(row, 0.25)));
  for (const { state } of changed) {
    expect(state).toMatch(/^it is \w+\n.*(red|green|blue)/);
    expect(state).not.toMatch(/Ignore the above|SYSTEM:|Note to the model/);
  }
  expect(taught.map(({ questions }) => questions)).toEqual(rows.map(({ questions }) => questions));
  expect(rows.map((row) => taughtToIgnore(row, 0))).toEqual(rows);
});
