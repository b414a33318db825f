// Metrics for typed questions. Targets are probabilities of options, with all weight on one if the answer is certain. A
// row is a state with its questions, so that intervals over rows are clustered by state.
import { optionBucket, rightOption, type AnsweredQuestion } from '../../data/kinds/decision.ts';
import type { Example } from '../../data/example.ts';
import { decidedAtError, likeliest } from '../decisions.ts';
import type { Prediction } from '../predictor.ts';
import { missingInput, rowMetric, type Metric, type MetricDefinition } from './metric.ts';
import { reliability } from './probability-metrics.ts';
import { sumsMetric } from './row-sums.ts';

/** An answered question. */
interface Judged {
  question: AnsweredQuestion;
  target: readonly number[];
  probabilities: readonly number[];
  /** Indices of the most likely and of the correct option; the first on ties. */
  chosen: number;
  right: number;
  isFlipped?: boolean;
  isLed?: boolean;
}

function judgedOf(prediction: Prediction, example: Example): Judged[] {
  const fix = 'use it on rows of typed questions: {state, questions}';
  if (prediction.decisions === undefined || example.kind !== 'decision')
    throw missingInput(prediction, 'the probability of each option of typed questions', 'decisions', { fix });
  const { decisions } = prediction;
  return example.questions.flatMap((question, i) => {
    const { target } = question;
    const { probabilities, isFlipped, isLed } = decisions[i];
    const chosen = likeliest(probabilities);
    return target === undefined
      ? []
      : [{ question, target, probabilities, chosen, right: rightOption(question)!, isFlipped, isLed }];
  });
}

/** Mean over questions; `details.by` breaks it down by type and number of options, `details.byId` by question. */
function meanOfQuestions(
  about: Omit<MetricDefinition, 'reads' | 'create'>,
  valueOf: (judged: Judged) => number | undefined,
): MetricDefinition {
  const create = (): Metric => {
    const [byKind, byId] = [new Groups(), new Groups()];
    return sumsMetric({
      width: 2,
      row(prediction, example, sums) {
        for (const judged of judgedOf(prediction, example)) {
          const value = valueOf(judged);
          if (value === undefined) continue;
          byKind.add(groupOf(judged.question), value);
          byId.add(judged.question.id, value);
          sums[0] += value;
          sums[1]++;
        }
        return sums[1] === 0 ? Number.NaN : sums[0] / sums[1];
      },
      value: ([sum, questions]) => sum / questions,
      details: ([, questions]) => ({ questions, by: byKind.means(), byId: byId.means() }),
    });
  };
  return { ...about, reads: 'decisions', create };
}

/** Mean of a group of questions. */
export interface QuestionMean {
  value: number;
  questions: number;
}

class Groups {
  readonly #sums = new Map<string, { sum: number; questions: number }>();

  add(name: string, value: number): void {
    const { sum, questions } = this.#sums.get(name) ?? { sum: 0, questions: 0 };
    this.#sums.set(name, { sum: sum + value, questions: questions + 1 });
  }

  means(): Record<string, QuestionMean> {
    const sorted = [...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      sorted.map(([name, { sum, questions }]) => [name, { value: sum / questions, questions }]),
    );
  }
}

function groupOf({ type, options }: AnsweredQuestion): string {
  return type === 'noul' ? type : `${type} of ${optionBucket(options.length)}`;
}

/** Share of questions whose most likely option is the one with the highest target. */
export const decisionAccuracy = meanOfQuestions(
  { name: 'decision_accuracy', title: 'accuracy of decisions', better: 'higher', best: 1 },
  ({ chosen, right }) => Number(chosen === right),
);

/** Cross-entropy with the target, in nats. */
export const decisionNll = meanOfQuestions(
  { name: 'decision_nll', title: 'log-loss of decisions', better: 'lower' },
  ({ target, probabilities }) =>
    -target.reduce((sum, t, i) => sum + (t === 0 ? 0 : t * Math.log(Math.max(probabilities[i], Number.EPSILON))), 0),
);

/** Squared distance from the target; halved for two options, as in `brier`. */
export const decisionBrier = meanOfQuestions(
  { name: 'decision_brier', title: 'Brier score of decisions', better: 'lower', best: 0 },
  ({ target, probabilities }) => {
    const sum = target.reduce((total, t, i) => total + (probabilities[i] - t) ** 2, 0);
    return target.length <= 2 ? sum / 2 : sum;
  },
);

/**
 * Ranked probability score for scores: squared distance of cumulative probabilities over the borders between levels.
 */
export const decisionRps = meanOfQuestions(
  { name: 'decision_rps', title: 'ranked probability score', better: 'lower', best: 0 },
  ({ question, target, probabilities }) => {
    if (question.type !== 'score') return undefined;
    let [ahead, sum] = [0, 0];
    for (let i = 0; i < target.length - 1; i++) {
      ahead += probabilities[i] - target[i];
      sum += ahead ** 2;
    }
    return sum / (target.length - 1);
  },
);

const BINS = 15;

/**
 * Expected calibration error of the most likely option's probability in 15 equal bins (lo, hi], over all questions
 * together. `details.bins` is the reliability diagram. An answer is right to the degree of its option's target.
 */
export const decisionEce: MetricDefinition = {
  name: 'decision_ece_15',
  title: 'calibration error of decisions (15 bins)',
  better: 'lower',
  best: 0,
  reads: 'decisions',
  create: () =>
    sumsMetric({
      width: 3 * BINS,
      row(prediction, example, sums) {
        const judged = judgedOf(prediction, example);
        let distance = 0;
        for (const { probabilities, target, chosen } of judged) {
          const confidence = probabilities[chosen];
          const start = 3 * Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1));
          sums[start]++;
          sums[start + 1] += confidence;
          sums[start + 2] += target[chosen];
          distance += Math.abs(confidence - target[chosen]);
        }
        return distance / Math.max(1, judged.length);
      },
      value(sums) {
        let [error, questions] = [0, 0];
        for (let i = 0; i < sums.length; i += 3) {
          questions += sums[i];
          error += Math.abs(sums[i + 1] - sums[i + 2]);
        }
        return error / questions;
      },
      details: (sums) => ({ bins: reliability(sums) }),
    }),
};

/** Share of the questions asked again whose answer changes; 0 without any. */
function shareOfChanges(
  about: Pick<MetricDefinition, 'name' | 'title'>,
  isChanged: (judged: Judged) => boolean | undefined,
): MetricDefinition {
  const create = (): Metric =>
    sumsMetric({
      width: 2,
      row(prediction, example, sums) {
        for (const judged of judgedOf(prediction, example)) {
          sums[0] += Number(isChanged(judged) === true);
          sums[1] += Number(isChanged(judged) !== undefined);
        }
        return sums[0] / Math.max(1, sums[1]);
      },
      value: ([changed, asked]) => changed / Math.max(1, asked),
      details: ([, asked]) => ({ questions: asked }),
    });
  return { ...about, better: 'lower', best: 0, reads: 'decisions', create };
}

/** Choices with their options in reverse order. */
export const decisionFlips = shareOfChanges(
  { name: 'decision_flip_rate', title: 'answers that change with the order of options' },
  ({ isFlipped }) => isFlipped,
);

/** States with a command to answer otherwise. */
export const decisionLed = shareOfChanges(
  { name: 'decision_command_rate', title: 'answers that a planted command changes' },
  ({ isLed }) => isLed,
);

/** A statistic over all questions together; `count` is the weight of each row. */
function overQuestions(
  about: Omit<MetricDefinition, 'reads' | 'create'>,
  prepare: (judged: readonly (Judged & { row: number })[]) => (count: ArrayLike<number>) => number,
): MetricDefinition {
  const create = (): Metric => {
    const all: (Judged & { row: number })[] = [];
    let rows = 0;
    return rowMetric(
      (prediction, example) => {
        const judged = judgedOf(prediction, example);
        for (const one of judged) all.push({ ...one, row: rows });
        rows++;
        return judged.filter(({ chosen, right }) => chosen === right).length / Math.max(1, judged.length);
      },
      () => ({ value: prepare(all)(new Float64Array(rows).fill(1)), details: { rows, questions: all.length } }),
      () => {
        const value = prepare(all);
        return (indices) => {
          const count = new Float64Array(rows);
          for (const row of indices) count[row]++;
          return value(count);
        };
      },
    );
  };
  return { ...about, reads: 'decisions', create };
}

/** Mean F1 over the options of each question that are right or chosen somewhere. */
export const decisionMacroF1 = overQuestions(
  { name: 'decision_macro_f1', title: 'macro F1 of decisions', better: 'higher', best: 1 },
  (judged) => {
    const classes = new Map<string, number>();
    const classOf = ({ id, options }: AnsweredQuestion, place: number): number => {
      const key = JSON.stringify([id, options[place].key]);
      return classes.get(key) ?? classes.set(key, classes.size).get(key)!;
    };
    const pairs = judged.map(({ question, chosen, right, row }) => ({
      row,
      chosen: classOf(question, chosen),
      right: classOf(question, right),
    }));
    return (count) => {
      const [hits, uses] = [new Float64Array(classes.size), new Float64Array(classes.size)];
      for (const { row, chosen, right } of pairs) {
        uses[chosen] += count[row];
        uses[right] += count[row];
        if (chosen === right) hits[chosen] += count[row];
      }
      const used = [...uses.keys()].filter((one) => uses[one] > 0);
      return used.reduce((sum, one) => sum + (2 * hits[one]) / uses[one], 0) / used.length;
    };
  },
);

const ERROR = 0.05;

/** Share of questions, most confident first, that can be decided with at most 5 % errors. */
export const decisionCoverage = overQuestions(
  { name: 'decision_coverage_5', title: 'decisions at 5 % error', better: 'higher', best: 1 },
  (judged) => {
    const sorted = judged
      .map(({ probabilities, chosen, right, row }) => ({
        confidence: probabilities[chosen],
        wrong: Number(chosen !== right),
        row,
      }))
      .toSorted((a, b) => b.confidence - a.confidence);
    return (count) => {
      const { decided } = decidedAtError(sorted, ERROR, (place) => count[sorted[place].row]);
      return decided / sorted.reduce((sum, { row }) => sum + count[row], 0);
    };
  },
);
