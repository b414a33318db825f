import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import { compared, comparedAnswers } from './compared.ts';
import { answerWords } from './english/answer-words.ts';
import { type MetricDefinition, rowMetric } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/** Share of answers equal to the reference, ignoring surrounding white space. */
export const exactMatch: MetricDefinition = {
  name: 'exact_match',
  title: 'exact match',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, reference } = compared(prediction, example, options);
      return predicted.trim() === reference.trim() ? 1 : 0;
    }),
};

/** Share of answers with the same words as a right one, after SQuAD's normalisation of English answers. */
export const squadExactMatch: MetricDefinition = {
  name: 'squad_exact_match',
  title: 'SQuAD exact match',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, references } = comparedAnswers(prediction, example, options);
      const words = answerWords(predicted).join(' ');
      return references.some((reference) => answerWords(reference).join(' ') === words) ? 1 : 0;
    }),
};

/**
 * F1 of the bags of words, averaged over rows, after SQuAD's normalisation of English answers. With several right
 * answers the closest counts.
 */
export const tokenF1: MetricDefinition = {
  name: 'token_f1',
  title: 'token F1',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, references } = comparedAnswers(prediction, example, options);
      const words = answerWords(predicted);
      return greatest(references.map((reference) => bagF1(words, answerWords(reference))));
    }),
};

/** F1 of two bags; two empty bags count as equal. */
function bagF1(predicted: readonly string[], reference: readonly string[]): number {
  if (predicted.length === 0 || reference.length === 0) return predicted.length === reference.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of reference) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(word, count - 1);
  }
  return (2 * common) / (predicted.length + reference.length);
}

/** Which questions count: those with an answer in their text, or the others. */
type Kind = 'has_answer' | 'no_answer';

const TITLES: Record<Kind, string> = { has_answer: 'where there is an answer', no_answer: 'where there is none' };

/** A metric over one kind of questions; SQuAD 2.0's evaluation reports both. */
function ofKind(kind: Kind, definition: MetricDefinition, { name, title }: { name: string; title: string }) {
  return {
    ...definition,
    name: `${kind}_${name}`,
    title: `${title} ${TITLES[kind]}`,
    create(options) {
      const all = definition.create(options);
      return sumsMetric({
        width: 2,
        row(prediction, example, sums) {
          const value = all.add(prediction, example);
          const { references } = comparedAnswers(prediction, example, options);
          const own: Kind = references.some((reference) => reference.trim() !== '') ? 'has_answer' : 'no_answer';
          // On rows of the other kind all systems get the same score.
          if (own !== kind) return 0;
          sums.set([value, 1]);
          return value;
        },
        value: ([sum, count]) => sum / count,
        details([, counted]) {
          if (counted === 0) throw noneOfKind(kind);
          return { counted };
        },
      });
    },
  } satisfies MetricDefinition;
}

function noneOfKind(kind: Kind): AttuneError {
  return new AttuneError('E_METRIC_INPUT', {
    what: `This metric needs rows ${TITLES[kind]}`,
    got: 'none',
    fix: 'remove it from evaluation.metrics, or evaluate other rows',
  });
}

const f1 = { name: 'f1', title: 'token F1' };
const exact = { name: 'exact_match', title: 'SQuAD exact match' };

export const hasAnswerF1 = ofKind('has_answer', tokenF1, f1);
export const hasAnswerExactMatch = ofKind('has_answer', squadExactMatch, exact);
export const noAnswerF1 = ofKind('no_answer', tokenF1, f1);
export const noAnswerExactMatch = ofKind('no_answer', squadExactMatch, exact);

/** Share of answers that match a regular expression; by default, that are not empty. */
export const patternMatch: MetricDefinition = {
  name: 'pattern_match',
  title: 'right form',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: ['field', 'pattern'],
  create(options) {
    const pattern = compiled(options?.pattern ?? String.raw`\S`);
    return rowMetric((prediction, example) => {
      return pattern.test(compared(prediction, example, options).predicted.trim()) ? 1 : 0;
    });
  },
};

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new AttuneError('E_METRIC_OPTION', {
      what: 'The option "pattern" is not a valid regular expression',
      got: (error as Error).message,
      expected: "a pattern as in JavaScript with the flag u: '^[0-9]{4}$'",
    });
  }
}
