import { formatNumber, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { WordedSystem, Wording } from '../../store/wording.ts';

/** What rows in other words say of a result, for people. */
export interface WordingFinding {
  tone: 'good' | 'fair' | 'bad';
  /** "On 200 test rows in other words it is right in 65 of 100 (…): use tf-idf + logistic regression." */
  sentence: string;
}

type WordedMetric = Wording['metrics'][number];

/** Metrics that are a share of rows answered rightly. */
const SHARES: ReadonlySet<string> = new Set(['accuracy', 'exact_match']);
const COPIED = 'copied';
/** Loss of a perfect value from which on a result has learnt the wording of its rows. */
const NOTABLE = 0.1;

/** Whether a result holds in other words, and what to use where it does not. */
export function wordingFinding(wording: Wording): WordingFinding {
  const { against, metrics, rows, systems } = wording;
  const [metric] = metrics;
  const [subject] = systems;
  const rival = systems.find(({ name }) => name === against?.name);
  const figures = [figure('it', subject, metric), ...(rival === undefined ? [] : [rivalFigure(rival, metric)])];
  const copies = metrics.find(({ name }) => name === COPIED);
  const copying = copies === undefined || metric === copies ? [] : [copyingFigure(subject, copies)];
  const isBeaten = against?.verdict === 'worse' && rival !== undefined && isFarBehind(subject, rival, metric);
  const tone = isBeaten ? 'bad' : falls(subject, metrics) ? 'fair' : 'good';
  const said = [figures.join(', '), ...copying].join('; ');
  return { tone, sentence: `On ${plural(rows, 'test rows')} in other words ${said}: ${adviceOf(tone, rival)}.` };
}

function adviceOf(tone: WordingFinding['tone'], rival: WordedSystem | undefined): string {
  if (tone === 'bad') return `use ${rival!.title}, or tune another base`;
  return tone === 'good'
    ? 'changes of wording do not throw it off'
    : 'it hangs on the wording of its rows; more wordings or another base would help';
}

/** Rules leave most words as they are, which favours systems that count words: a small lead of theirs says nothing. */
function isFarBehind(subject: WordedSystem, rival: WordedSystem, metric: WordedMetric): boolean {
  const [mine, theirs] = [subject, rival].map(({ values }) => entryOf(values, metric.name)?.reworded);
  return isNotable(theirs, mine, metric);
}

function falls({ values }: WordedSystem, metrics: readonly WordedMetric[]): boolean {
  return metrics.some((metric) => {
    const { asTested, reworded } = entryOf(values, metric.name) ?? {};
    return isNotable(asTested, reworded, metric);
  });
}

/** Whether the first value is better by what counts. */
function isNotable(first: number | undefined, second: number | undefined, { better, best }: WordedMetric): boolean {
  if (first === undefined || second === undefined) return false;
  const loss = better === 'higher' ? first - second : second - first;
  return loss > NOTABLE * (best === undefined || best === 0 ? Math.abs(first) : best);
}

function figure(who: string, { values }: WordedSystem, { name, title }: WordedMetric): string {
  const { asTested, reworded = Number.NaN } = entryOf(values, name) ?? {};
  if (SHARES.has(name)) {
    const before = asTested === undefined ? '' : ` (${inHundred(asTested)} as they are)`;
    return `${who} is right in ${inHundred(reworded)} of 100${before}`;
  }
  const before = asTested === undefined ? '' : ` (${formatNumber(asTested, 3)} as they are)`;
  return `${who === 'it' ? 'its' : `${who}'s`} ${title} is ${formatNumber(reworded, 3)}${before}`;
}

function rivalFigure({ title, values }: WordedSystem, { name }: WordedMetric): string {
  const { reworded = Number.NaN } = entryOf(values, name) ?? {};
  return SHARES.has(name) ? `${title} in ${inHundred(reworded)}` : `that of ${title} ${formatNumber(reworded, 3)}`;
}

function copyingFigure({ values }: WordedSystem, { name }: WordedMetric): string {
  const { asTested = Number.NaN, reworded = Number.NaN } = entryOf(values, name) ?? {};
  return `numbers, codes and names are copied right in ${inHundred(reworded)} of 100 answers (${inHundred(asTested)} as they are)`;
}

function inHundred(share: number): string {
  return formatNumber(Math.round(100 * share));
}

/** How rows of one's own are tried; rules make no words that nobody wrote. */
export function ownRowsAdvice(run: string): { sentence: string; command: string } {
  return {
    sentence: 'Rules make no words that nobody wrote. Put 20 rows of your own into a file and compare on them:',
    command: `attune compare ${run} --data own.csv`,
  };
}
