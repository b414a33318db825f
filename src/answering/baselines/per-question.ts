/** Class baselines for typed questions: one classifier per question, fitted to the state's text. */
import type { ClassificationExample, Example } from '../../data/example.ts';
import { rightOption, type DecisionExample, type DecisionQuestion } from '../../data/kinds/decision.ts';
import { decidedText } from '../../scoring/decisions.ts';
import type { Prediction, Predictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';
import { logisticRegression } from './logistic-regression.ts';
import { majority } from './majority.ts';

/** Total probability of the options that no training row chose. */
const UNSEEN = 1e-3;

export const majorityPerQuestion = perQuestion(majority, {
  name: 'majority_per_question',
  title: 'most frequent answer to each question',
});
export const logisticPerQuestion = perQuestion(logisticRegression, {
  name: 'logistic_per_question',
  title: 'tf-idf + logistic regression for each question',
});

function perQuestion(single: Baseline, about: Pick<Baseline, 'name' | 'title'>): Baseline {
  return {
    ...about,
    forms: ['decisions', 'scores'],
    ...(single.mostRows !== undefined && { mostRows: single.mostRows }),
    unfit(train) {
      const reasons = [...byQuestion(train)].map(([, rows]) => single.unfit(rows));
      return reasons.length === 0 ? 'no question has an answer' : reasons.find((reason) => reason !== undefined);
    },
    async fit(train, options) {
      const fitted = new Map<string, Predictor>();
      for (const [id, rows] of byQuestion(train)) fitted.set(id, await single.fit(rows, options));
      return {
        name: about.name,
        async predict(examples, { onProgress, signal } = {}) {
          const predictions: Prediction[] = [];
          for (const example of examples as readonly DecisionExample[]) {
            signal?.throwIfAborted();
            const decisions = await Promise.all(
              example.questions.map(async (question) => {
                const asked = classified(example, { label: '', text: example.state });
                const [prediction] = (await fitted.get(question.id)?.predict([asked])) ?? [];
                return { probabilities: byOption(question, prediction?.scores), isFlipped: false };
              }),
            );
            predictions.push({ id: example.id, decisions, text: decidedText(example.questions, decisions) });
            onProgress?.(predictions.length, examples.length);
          }
          return predictions;
        },
      };
    },
  };
}

/** For each question, its training rows as texts with a class: the option with the highest target. */
function byQuestion(train: readonly Example[]): Map<string, ClassificationExample[]> {
  const rows = new Map<string, ClassificationExample[]>();
  for (const example of train as readonly DecisionExample[]) {
    for (const question of example.questions) {
      const right = rightOption(question);
      if (right === undefined) continue;
      const row = classified(example, { label: question.options[right].key, text: example.state });
      const known = rows.get(question.id);
      if (known === undefined) rows.set(question.id, [row]);
      else known.push(row);
    }
  }
  return rows;
}

function classified(
  { id, source }: DecisionExample,
  { label, text }: Pick<ClassificationExample, 'label' | 'text'>,
): ClassificationExample {
  return { kind: 'classification', id, source, text, label };
}

/** Probabilities by option; uniform for a question without training rows. */
function byOption({ options }: DecisionQuestion, scores: Readonly<Record<string, number>> = {}): number[] {
  const weights = options.map(({ key }) => (Object.hasOwn(scores, key) ? scores[key] : 0) + UNSEEN / options.length);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
