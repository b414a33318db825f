import { formatCount, formatNumber, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { cheapModelName } from '../../answering/baselines/cheap-names.ts';
import type { WordedSystem, Wording } from './wording-results.ts';

/** Result of the test with reworded rows, for people. */
export interface WordingFinding {
  tone: 'good' | 'fair' | 'bad';
  /** "It answers 130 of 200 test rows in other words right, 194 as they are; tf-idf 160, 192 as they are: use tf-idf." */
  sentence: string;
}

type WordedMetric = Wording['metrics'][number];

/** Metrics that are shares of correct rows. */
export const SHARES: ReadonlySet<string> = new Set(['accuracy', 'exact_match']);
const COPIED = 'copied';
/** Loss, as a share of a perfect value, from which a result counts as having learnt the wording of its rows. */
const NOTABLE = 0.1;

/** Whether a result holds up on reworded rows, and the alternative if it does not. */
export function wordingFinding(wording: Wording): WordingFinding {
  const { against, metrics, systems } = wording;
  const [metric] = metrics;
  const [subject] = systems;
  const rival = systems.find(({ name }) => name === against?.name);
  const copies = metrics.find(({ name }) => name === COPIED);
  const said = [
    figures(wording, subject, rival),
    ...(copies === undefined || metric === copies ? [] : [copyingFigure(wording, subject)]),
  ].join('; ');
  const isBeaten = rival !== undefined && fallsBehind(wording);
  const tone = isBeaten ? 'bad' : falls(subject, metrics) ? 'fair' : 'good';
  const isUsable = isBeaten && cheapModelName(rival.name) !== undefined && !copiesWorse(rival, subject, copies);
  return { tone, sentence: `${said}${adviceOf(tone, isUsable ? rival : undefined)}.` };
}

/** An answer close to the right one is useless if it is about another order or another person. */
function copiesWorse(rival: WordedSystem, subject: WordedSystem, copies: WordedMetric | undefined): boolean {
  if (copies === undefined) return false;
  const [mine, theirs] = [subject, rival].map(({ values }) => entryOf(values, copies.name)?.reworded);
  return isNotable(mine, theirs, copies);
}

/** Rules change few words, so passing does not guarantee robustness to people's own wording. */
function adviceOf(tone: WordingFinding['tone'], rival: WordedSystem | undefined): string {
  if (tone === 'bad') return `: ${rival === undefined ? '' : `use ${rival.title}, or `}tune another base`;
  return tone === 'good'
    ? ''
    : ': it depends on the wording of its rows; more varied wordings or another base would help';
}

/** Rules leave most words unchanged, which favours systems that count words: a small lead of theirs means nothing. */
export function fallsBehind({ against, metrics: [metric], systems }: Wording): boolean {
  if (against?.verdict !== 'worse') return false;
  const [mine, theirs] = [systems[0].name, against.name].map((name) => valuesOf(systems, name, metric.name));
  return isNotable(theirs?.reworded, mine?.reworded, metric);
}

export type WordedValues = WordedSystem['values'][string] | undefined;

export function valuesOf(systems: readonly WordedSystem[], wanted: string, metric: string): WordedValues {
  const values = systems.find(({ name }) => name === wanted)?.values;
  return values && entryOf(values, metric);
}

function falls({ values }: WordedSystem, metrics: readonly WordedMetric[]): boolean {
  return metrics.some((metric) => {
    const { asTested, reworded } = entryOf(values, metric.name) ?? {};
    return isNotable(asTested, reworded, metric);
  });
}

/** Whether the first value is better by a notable margin. */
export function isNotable(
  first: number | undefined,
  second: number | undefined,
  { better, best }: WordedMetric,
): boolean {
  if (first === undefined || second === undefined) return false;
  const loss = better === 'higher' ? first - second : second - first;
  return loss > NOTABLE * (best === undefined || best === 0 ? Math.abs(first) : best);
}

/** "It answers 58 of 60 test rows in other words right, 59 as they are; tf-idf 57, 59 as they are" */
function figures(
  { metrics, rows, testedRows, file }: Wording,
  subject: WordedSystem,
  rival: WordedSystem | undefined,
): string {
  const [{ name, title }] = metrics;
  const told = ({ values }: WordedSystem) => entryOf(values, name) ?? { asTested: undefined, reworded: Number.NaN };
  const [mine, theirs] = [told(subject), rival && told(rival)];
  const where = file === undefined ? 'test rows in other words' : `rows of your own (${file})`;
  if (!SHARES.has(name)) {
    const there = file === undefined ? 'as they are' : 'on test rows';
    const before = (asTested?: number) => (asTested === undefined ? '' : ` (${formatNumber(asTested, 3)} ${there})`);
    const other = theirs && `, that of ${rival!.title} ${formatNumber(theirs.reworded, 3)}${before(theirs.asTested)}`;
    const own = `${formatNumber(mine.reworded, 3)}${before(mine.asTested)}`;
    return `On ${formatCount(rows)} ${where} its ${title} is ${own}${other ?? ''}`;
  }
  const own = `${countedRight(mine.reworded, rows)} of ${formatCount(rows)} ${where} right`;
  const before = beforeClause(mine.asTested, { rows, testedRows, file });
  const after = theirs && beforeClause(theirs.asTested, { rows, testedRows, file });
  const other = theirs && `; ${rival!.title} ${countedRight(theirs.reworded, rows)}${after}`;
  return `It answers ${own}${before}${other ?? ''}`;
}

/** ", 59 as they are", ", 194 of 200 as they are" if the number of rows differs, ", 59 of 60 test rows" after rows of one's own. */
function beforeClause(
  share: number | undefined,
  { rows, testedRows, file }: Pick<Wording, 'rows' | 'testedRows' | 'file'>,
): string {
  if (share === undefined) return '';
  const there = file === undefined ? 'as they are' : 'on test rows';
  if (testedRows === undefined) return ` (${formatNumber(Math.round(100 * share))} % ${there})`;
  if (file !== undefined) return `, ${countedRight(share, testedRows)} of ${plural(testedRows, 'test rows')}`;
  const of = testedRows === rows ? '' : ` of ${formatCount(testedRows)}`;
  return `, ${countedRight(share, testedRows)}${of} as they are`;
}

function copyingFigure({ rows, testedRows, file }: Wording, { values }: WordedSystem): string {
  const { asTested, reworded = Number.NaN } = entryOf(values, COPIED) ?? {};
  const after = beforeClause(asTested, { rows, testedRows, file });
  return `numbers, codes and names are copied correctly in ${countedRight(reworded, rows)} of ${plural(rows, 'answers')}${after}`;
}

export function countedRight(share: number, rows: number): string {
  return formatCount(Math.round(share * rows));
}

/** How to test with the user's own rows. */
export function ownRowsAdvice(run: string): { sentence: string; command: string } {
  return {
    sentence: 'These rewordings are rule-based; people write more freely. Write 20 rows of your own and run:',
    command: `attune compare ${run} --data own.csv`,
  };
}
