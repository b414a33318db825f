import type { CompletionExample, Example } from '../../data/example.ts';
import { parseJson } from '../../files/json.ts';
import { answerText, promptText } from '../../scoring/prompt-text.ts';
import { parseObject } from '../../scoring/metrics/compared.ts';
import type { Predictor } from '../../scoring/predictor.ts';
import { scorePredictor } from '../../scoring/score.ts';
import type { Baseline, FitOptions } from './baseline.ts';
import { leadSentence } from './lead-sentence.ts';
import { logisticRegression } from './logistic-regression.ts';
import { majority } from './majority.ts';
import { nearestRow } from './nearest-row.ts';

/** Fields present in a smaller share of answers are ignored. */
const MIN_SHARE = 0.5;
const CHOOSING_ROWS = 200;
const TEXT_CANDIDATES = [leadSentence, nearestRow, majority];

/** One field of the answers, with a predictor of its text. */
interface Field {
  name: string;
  /** Whether all training values are strings; otherwise predicted texts are parsed as JSON. */
  isText: boolean;
  predictor: Predictor;
}

/**
 * For answers that are JSON objects: predicts each field with the baseline that suits it. Classes use logistic
 * regression; texts use first sentence, nearest row or most frequent answer, whichever does best on held-out training
 * rows.
 */
export const fieldwise: Baseline = {
  name: 'fieldwise',
  title: 'best baseline for each field',
  forms: ['classes', 'json', 'short', 'long'],
  mostRows: 20_000,
  unfit(train) {
    return fieldNames(train).length === 0 ? 'the answers are not JSON objects with common fields' : undefined;
  },
  async fit(train, options) {
    const fields: Field[] = [];
    for (const name of fieldNames(train)) fields.push(await fitField(name, train, options));
    return {
      name: 'fieldwise',
      async predict(examples, predictOptions) {
        const answers = examples.map((): [string, unknown][] => []);
        for (const { name, isText, predictor } of fields) {
          const predictions = await predictor.predict(examples, predictOptions);
          for (const [row, { text = '' }] of predictions.entries())
            answers[row].push([name, isText ? text : fromJson(text)]);
        }
        return examples.map(({ id }, row) => ({ id, text: JSON.stringify(Object.fromEntries(answers[row])) }));
      },
    };
  },
};

function fieldNames(train: readonly Example[]): string[] {
  const counts = new Map<string, number>();
  for (const example of train) {
    for (const name of Object.keys(parseObject(answerText(example)) ?? {}))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts.keys()].filter((name) => counts.get(name)! >= MIN_SHARE * train.length);
}

async function fitField(name: string, train: readonly Example[], options?: FitOptions): Promise<Field> {
  const rows: CompletionExample[] = [];
  let isText = true;
  for (const example of train) {
    const value = parseObject(answerText(example))?.[name];
    if (value === undefined) continue;
    isText &&= typeof value === 'string';
    rows.push(withAnswer(example, typeof value === 'string' ? value : JSON.stringify(value)));
  }
  const isClass = logisticRegression.unfit(rows) === undefined;
  const baseline = isClass ? logisticRegression : await bestForText(rows, options);
  return { name, isText, predictor: await baseline.fit(rows, options) };
}

async function bestForText(rows: readonly CompletionExample[], options?: FitOptions): Promise<Baseline> {
  const held = Math.min(CHOOSING_ROWS, Math.floor(rows.length / 5));
  if (held === 0) return majority;
  const [fitted, choosing] = [rows.slice(held), rows.slice(0, held)];
  let best = { baseline: majority, value: -1 };
  for (const baseline of TEXT_CANDIDATES) {
    const predictor = await baseline.fit(fitted, options);
    const { scores } = await scorePredictor(predictor, choosing, [{ metric: 'chrf' }]);
    if (scores[0].value > best.value) best = { baseline, value: scores[0].value };
  }
  return best.baseline;
}

function withAnswer(example: Example, completion: string): CompletionExample {
  const { id, source, group } = example;
  return { kind: 'completion', id, source, group, prompt: promptText(example), completion };
}

function fromJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
