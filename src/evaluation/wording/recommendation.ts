/** Recommendation if reworded rows separate two systems that the test rows do not. */
import { entryOf } from '../../base/table.ts';
import { formatNumber, plural } from '../../base/format.ts';
import type { ComparedSystem, Comparison, Conclusion } from '../../store/results.ts';
import type { WordedSystem, Wording } from './wording-results.ts';
import { conclude, isBehind, isKeepable, type OtherWords } from '../compare/conclusion.ts';
import { describePair, systemTitle } from '../compare/describe-pair.ts';
import { countedRight, fallsBehind, isNotable, SHARES, valuesOf, type WordedValues } from './wording-sentence.ts';

/** Figures of a result and its rivals on rows other than the test rows. */
export function worded(
  other: Comparison,
  tested: Comparison,
): Pick<Wording, 'rows' | 'testedRows' | 'confidence' | 'metrics' | 'systems' | 'against'> {
  const metrics = other.metrics.filter(({ name }) => name === other.metric || name === 'copied');
  const systems = other.systems.map(({ name, title, values }): WordedSystem => {
    const known = tested.systems.find((system) => system.name === name);
    const told = metrics.flatMap((metric) => {
      const { value, low, high } = entryOf(values, metric.name) ?? {};
      const asTested = known && entryOf(known.values, metric.name)?.value;
      return value === undefined ? [] : [[metric.name, { asTested, reworded: value, low, high }] as const];
    });
    return { name, title, values: Object.fromEntries(told) };
  });
  const rivals = other.differences.filter(({ metric }) => metric === other.metric);
  const { use } = conclude(tested);
  const rival =
    rivals.find(({ against }) => against === use) ?? rivals.toSorted((a, b) => a.estimate - b.estimate).at(0);
  return {
    rows: other.rows,
    testedRows: tested.rows,
    confidence: other.confidence,
    metrics: metrics.map(({ name, title, better, best }) => ({ name, title, better, best })),
    systems,
    ...(rival !== undefined && { against: { name: rival.against, verdict: rival.verdict } }),
  };
}

/**
 * The comparison with a conclusion that includes reworded rows; people's own rows take precedence over rule-based ones.
 */
export function withOtherWords(comparison: Comparison, wording: Wording): Comparison {
  // Rule-based rows decide only if people's own rows do not.
  const found = [wording.own, wording].flatMap((evidence) => (evidence && decided(comparison, evidence)) ?? []);
  const conclusion =
    found.at(0) ??
    contradicted(comparison, wording.own ?? wording) ??
    conclude(comparison, { otherWords: tieOf(comparison, wording.own ?? wording) });
  const isNew = wording.own !== undefined || conclusion.advice !== conclude(comparison).advice;
  return isNew ? { ...comparison, conclusion } : comparison;
}

type Pair = readonly [ComparedSystem, ComparedSystem];

/** The judged system and the one that the reworded rows compare it with. */
function pairOf({ subject, systems }: Comparison, { against }: Wording): Pair | undefined {
  const [first, second] = [subject, against?.name].map((name) => systems.find((system) => system.name === name));
  return first && second && [first, second];
}

/** Both systems' results on reworded rows, if they tie on the test rows. */
function tieOf(comparison: Comparison, evidence: Wording): OtherWords | undefined {
  const pair = pairOf(comparison, evidence);
  if (pair === undefined || pair[1].name !== conclude(comparison).use) return undefined;
  const { metrics, systems, file } = evidence;
  const [mine, theirs] = pair.map(({ name }) => valuesOf(systems, name, metrics[0].name));
  const leads = file !== undefined && isNotable(mine?.reworded, theirs?.reworded, metrics[0]);
  return { clause: clause(evidence, pair, systemTitle(pair[0])), leads };
}

/** The conclusion if reworded rows decide; undefined otherwise. */
function decided(comparison: Comparison, evidence: Wording): Conclusion | undefined {
  const pair = pairOf(comparison, evidence);
  if (pair === undefined) return undefined;
  const [subject, rival] = pair;
  const { outcome } = conclude(comparison);
  if (outcome !== 'better' && !isBehind(comparison) && holdsAlone(evidence)) {
    const alike = `The test rows as they are do not tell them apart: ${describePair(comparison, [subject, rival])}.`;
    const advice = `Use ${systemTitle(subject)}: ${clause(evidence, [subject, rival])}. ${alike}`;
    return { outcome: 'better', advice, use: subject.name };
  }
  // Rules change few words, so only people's own rows can count against a result.
  if (evidence.file === undefined || !isKeepable(rival) || !fallsBehind(evidence)) return undefined;
  const advice = `Use ${systemTitle(rival)}: ${clause(evidence, [rival, subject])}.`;
  return { outcome: 'not-better', advice, use: rival.name };
}

/** The conclusion if a result leads or ties on the test rows, and another system leads by far on reworded rows. */
function contradicted(comparison: Comparison, evidence: Wording): Conclusion | undefined {
  const pair = pairOf(comparison, evidence);
  const { outcome, use } = conclude(comparison);
  if (pair === undefined || isBehind(comparison) || !fallsBehind(evidence)) return undefined;
  const [subject, rival] = pair;
  const isTaken = use === undefined || use === subject.name;
  if (!isTaken) return undefined;
  const other = clause(evidence, [rival, subject], systemTitle(rival));
  const remedy = 'Elsewhere, tune another base or add rows in more varied words';
  if (outcome !== 'better') {
    const level = `Level in the words of these rows: ${describePair(comparison, [subject, rival], systemTitle(subject))}`;
    return { outcome: 'unclear', advice: `${level}; ${other}. ${remedy}.` };
  }
  const only = `Use ${systemTitle(subject)} only if people will write as in these rows`;
  const advice = `${only}: there ${describePair(comparison, [subject, rival])}; ${other}. ${remedy}.`;
  return { outcome: 'unclear', advice, use: subject.name };
}

/** Whether the result holds up where the rival fails, and no other system is as good. */
function holdsAlone({ against, metrics: [metric], systems }: Wording): boolean {
  if (against?.verdict !== 'better') return false;
  const [mine, theirs] = [systems[0].name, against.name].map((name) => valuesOf(systems, name, metric.name));
  if (!isNotable(mine?.reworded, theirs?.reworded, metric)) return false;
  if (!isNotable(theirs?.asTested, theirs?.reworded, metric)) return false;
  const isBest = systems.every(({ name }) => !isBelow(mine, valuesOf(systems, name, metric.name), metric.better));
  const isFirm = !isNotable(mine?.asTested, mine?.reworded, metric) || 2 * lossOf(mine) <= lossOf(theirs);
  return isBest && isFirm;
}

function isBelow(first: WordedValues, second: WordedValues, better: 'higher' | 'lower'): boolean {
  if (first === undefined || second === undefined) return false;
  return better === 'higher' ? first.reworded < second.reworded : first.reworded > second.reworded;
}

function lossOf(values: WordedValues): number {
  return values?.asTested === undefined ? 0 : Math.abs(values.asTested - values.reworded);
}

/** "in other words it answers 190 of 200 test rows right, tf-idf 120"; the better system first. */
function clause(evidence: Wording, [first, second]: Pair, name = 'it'): string {
  const { metrics, rows, systems, file } = evidence;
  const [{ name: metric, title }] = metrics;
  const [mine, theirs] = [first, second].map((one) => valuesOf(systems, one.name, metric)?.reworded ?? Number.NaN);
  const where = file === undefined ? 'in other words' : `on rows of your own (${file})`;
  if (!SHARES.has(metric))
    return `${where} ${name} has ${title} ${formatNumber(mine, 3)}, ${systemTitle(second)} ${formatNumber(theirs, 3)}`;
  const all = file === undefined ? plural(rows, 'test rows') : String(rows);
  return `${where} ${name} answers ${countedRight(mine, rows)} of ${all} right, ${systemTitle(second)} ${countedRight(theirs, rows)}`;
}

/** "On rows of your own (own.csv) it answers 139 of 160 right, tf-idf 94." */
export function ownRowsSentence(wording: Wording, { subject, systems }: Comparison): string | undefined {
  const { own } = wording;
  const [first, second] = [subject, own?.against?.name].map((name) => systems.find((one) => one.name === name));
  if (own === undefined || first === undefined || second === undefined) return undefined;
  const told = clause(own, [first, second]);
  return `${told[0].toUpperCase()}${told.slice(1)}.`;
}
