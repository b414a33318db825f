import { briefNumber } from '../../base/figures.ts';
import { formatNumber, formatPercent } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { comparisonSchema, type Comparison, type Difference, type Verdict } from '../../store/results.ts';
import { conclusionOf, isBehind } from '../compare/conclusion.ts';
import { unmeasured, type Finding } from './finding.ts';
import { defineAssessment } from './define-assessment.ts';

const MEASURE = 'attune compare RUN, with its folder as --output';

export const comparison = defineAssessment({
  name: 'comparison',
  schema: comparisonSchema,
  measure: MEASURE,
  table({ metric, metrics, systems, subject, differences, confidence, sentence }) {
    const title = metrics.find(({ name }) => name === metric)?.title ?? metric;
    const interval = `${formatNumber(confidence * 100)} % interval`;
    return {
      title: 'Did it help?',
      lead: sentence,
      figures: [
        {
          columns: [
            { title: 'System', short: title, isName: true },
            { title, short: 'value', unit: 'number', interval, isName: true },
            { title: systems.length > 1 ? 'Better by' : '', only: 'terminal' },
          ],
          rows: systems.map((system) => {
            const difference = differences.find((one) => one.metric === metric && one.against === system.name);
            const gap = system.unable === undefined ? difference && ahead(difference) : 'cannot do the task';
            const { value = Number.NaN, low, high } = entryOf(system.values, metric) ?? {};
            return { name: system.title, isSubject: system.name === subject, cells: [{ value, low, high }, gap ?? ''] };
          }),
        },
      ],
    };
  },
  checks: {
    comparison: { title: 'better than others', question: 'whether it is better', find: isBetter },
    margin: { title: 'not worse than others', question: 'how far it is from others', find: isWithin },
  },
});

const MARKS: Record<Verdict, string> = { better: '▲', worse: '▼', 'no-evidence': '○' };

function ahead({ estimate, low, high, verdict }: Difference): string {
  const interval =
    low === undefined || high === undefined ? 'no interval' : `${briefNumber(low, 2)} to ${briefNumber(high, 2)}`;
  return `${MARKS[verdict]} ${briefNumber(estimate, 2)} (${interval})`;
}

/** A margin above this share of the value is nearly meaningless. */
const WIDE = 0.5;

function isBetter(found: Comparison): Finding {
  const fix = isBehind(found)
    ? 'use the better system, or train on more or better rows'
    : 'train on more or better rows, or compare on more; --margin accepts a tie: how much worse the result may be';
  const { advice } = conclusionOf(found);
  return { isPassed: found.verdict === 'better', message: `${advice} ${found.sentence}`, fix };
}

/** The interval's lower end decides, against every rival. */
function isWithin(found: Comparison, margin: number): Finding {
  const { metric, differences, rivals } = found;
  const own = differences.filter((one) => one.metric === metric && rivals.includes(one.against));
  if (own.length === 0) return unmeasured('a difference from any other system', MEASURE);
  const parts = own.map(({ against, estimate, low }) => {
    return `${formatNumber(estimate, 3)} better than ${against}, at least ${low === undefined ? 'unknown' : formatNumber(low, 3)}`;
  });
  return {
    isPassed: own.every(({ low = -Infinity }) => low >= -margin),
    message: `${metric}: ${parts.join('; ')}; allowed ${-margin}${wideMargin(found, margin)}`,
    fix: 'compare on more rows, or train on more',
  };
}

/** A margin close to the value itself lets anything pass, even noise. */
function wideMargin({ systems, subject, metric }: Comparison, margin: number): string {
  const value = entryOf(systems.find(({ name }) => name === subject)?.values, metric)?.value;
  if (value === undefined || margin < WIDE * Math.abs(value)) return '';
  return (
    `. Warning: this margin is ${formatPercent(margin / Math.abs(value), 0)} of the result’s own ${formatNumber(value, 3)}, ` +
    'so noise would pass'
  );
}
