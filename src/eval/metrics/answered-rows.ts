import { AttuneError } from '../../base/errors.ts';
import { comparedAnswers } from './compared.ts';
import type { MetricDefinition } from './metric.ts';
import { sumsMetric } from './row-sums.ts';
import { squadExactMatch } from './squad-exact-match.ts';
import { tokenF1 } from './token-f1.ts';

/** Which questions count: those that their text answers, or the others. */
type Kind = 'has_answer' | 'no_answer';

const TITLES: Record<Kind, string> = { has_answer: 'where there is an answer', no_answer: 'where there is none' };

/** A metric over the questions of one kind, as SQuAD 2.0's evaluation tells it of both. */
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
          // Of the other kind all systems are worth the same.
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
    fix: 'leave it out of evaluation.metrics, or measure on other rows',
  });
}

const f1 = { name: 'f1', title: 'token F1' };
const exact = { name: 'exact_match', title: 'SQuAD exact match' };

export const hasAnswerF1 = ofKind('has_answer', tokenF1, f1);
export const hasAnswerExactMatch = ofKind('has_answer', squadExactMatch, exact);
export const noAnswerF1 = ofKind('no_answer', tokenF1, f1);
export const noAnswerExactMatch = ofKind('no_answer', squadExactMatch, exact);
