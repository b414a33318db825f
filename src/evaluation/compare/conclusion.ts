/** Conclusion of a comparison for decision makers: which system to use, why, and how many rows would settle it. */
import { entryOf } from '../../base/table.ts';
import { formatNumber, plural } from '../../base/format.ts';
import type { ComparedSystem, Comparison, Conclusion, Difference } from '../../store/results.ts';
import { cheapModelName } from '../../answering/baselines/cheap-names.ts';
import { isUntrained } from '../../store/asking-ways.ts';
import { describePair, foundByNeither, isTie, systemTitle } from './describe-pair.ts';
import { whatWouldTell, worthOf } from './rows-that-tell.ts';

type Told = Omit<Comparison, 'sentence' | 'conclusion'>;

/** Systems that judge answers by length alone: they reveal a bias of the rows and are not candidates. */
const BY_LENGTH: ReadonlySet<string> = new Set(['longer_answer', 'shorter_answer']);

type Standing = 'behind' | 'ahead' | 'level' | 'unclear';

interface Rival {
  system: ComparedSystem;
  difference: Difference;
  standing: Standing;
}

/** The stored conclusion, or a new one from the figures for files of an earlier version. */
export function conclusionOf(comparison: Comparison): Conclusion {
  return comparison.conclusion ?? conclude(comparison);
}

/** Whether some rival is better or probably better, so that the judged system is not tied with the best. */
export function isBehind(comparison: Told): boolean {
  return rivalsOf(comparison).some(({ standing }) => standing === 'behind');
}

/** Result on reworded rows for the judged system and one that counts words. */
export interface OtherWords {
  /** "in other words the tuned model answers 58 of 60 test rows right, tf-idf 57" */
  clause: string;
  /** Whether the judged system leads significantly on people's own rows. */
  leads: boolean;
}

/** Facts that the test rows do not show. */
interface Known {
  /** Considered if the judged system ties with one that counts words. */
  otherWords?: OtherWords;
  /** Whether the judged system did not learn in training; then more rows would not help. */
  isFlat?: boolean;
}

/** Conclusion from the test rows. */
export function conclude(comparison: Told, known: Known = {}): Conclusion {
  const subject = comparison.systems.find(({ name }) => name === comparison.subject)!;
  const rivals = rivalsOf(comparison);
  if (rivals.length === 0) return nothingToCompare(comparison);
  const byLength = rivals.find((rival) => tellsByLength(comparison, rival));
  if (byLength !== undefined) return toldByLength(comparison, byLength.system);
  const candidates = candidatesOf(comparison, rivals);
  const behind = rivals.filter(({ standing }) => standing === 'behind');
  const level = rivals.filter(({ standing }) => standing === 'level');
  const [better, asGood] = (['behind', 'level'] as const).map((one) =>
    candidates.filter(({ standing }) => standing === one),
  );
  // A much better rival first; on ties the cheapest.
  if (better.length > 0) return behindOne(comparison, subject, strongestOf(better));
  if (behind.length > 0) return behindYardstick(comparison, subject, strongestOf(behind));
  if (rivals.every(({ standing }) => standing === 'ahead')) {
    const { system } = strongestOf(rivals);
    const advice = `Use ${systemTitle(subject)}: ${describePair(comparison, [subject, system])}.`;
    return { outcome: 'better', advice, use: isKeepable(subject) ? subject.name : undefined };
  }
  if (asGood.length > 0) return levelWithOne(comparison, { subject, rival: strongestOf(asGood), ...known });
  if (level.length > 0) return levelWithYardstick(comparison, subject, strongestOf(level));
  return unclear(comparison, { subject, rivals, candidates, ...known });
}

/** Whether a system can be saved: some cheap systems are for measuring only. */
export function isKeepable({ kind, name }: ComparedSystem): boolean {
  return kind !== 'cheap' || cheapModelName(name) !== undefined;
}

/** Rivals that can be saved; a cheap rival that cannot is replaced by the other cheap systems that can. */
function candidatesOf(comparison: Told, rivals: readonly Rival[]): Rival[] {
  const kept = rivals.filter(({ system }) => isKeepable(system));
  if (kept.length === rivals.length) return kept;
  const others = comparison.systems
    .filter((one) => one.kind === 'cheap' && one.name !== comparison.subject && !comparison.rivals.includes(one.name))
    .filter(isKeepable);
  const names = others.map(({ name }) => name);
  return [...kept, ...rivalsOf({ ...comparison, rivals: names })];
}

/** A clause about two systems, the leading one first and by name, since "it" would be ambiguous. */
function named(comparison: Told, { subject, system, difference }: Rival & { subject: ComparedSystem }): string {
  const pair = difference.estimate > 0 ? ([subject, system] as const) : ([system, subject] as const);
  return describePair(comparison, pair, systemTitle(pair[0]));
}

function behindYardstick(comparison: Told, subject: ComparedSystem, rival: Rival): Conclusion {
  const { system } = rival;
  const why = named(comparison, { ...rival, subject });
  const advice = `${atStart(system)} looks better than ${systemTitle(subject)}: ${why}. It is a yardstick, which cannot be trained and kept.`;
  return { outcome: 'not-better', advice };
}

function levelWithYardstick(comparison: Told, subject: ComparedSystem, rival: Rival): Conclusion {
  const why = named(comparison, { ...rival, subject });
  const level = `${atStart(rival.system)} is as good as ${systemTitle(subject)}: ${why}`;
  const advice = `${level}. It is a yardstick, which cannot be trained and kept.`;
  return { outcome: 'not-better', advice };
}

function rivalsOf(comparison: Told): Rival[] {
  return comparison.differences
    .filter((one) => one.metric === comparison.metric && comparison.rivals.includes(one.against))
    .flatMap((difference) => {
      const system = comparison.systems.find(({ name }) => name === difference.against);
      if (system === undefined) return [];
      return [{ system, difference, standing: standingOf(comparison, system, difference) }];
    });
}

/** Standing of the judged system against a rival. A probable difference without evidence is never called a tie. */
function standingOf(comparison: Told, rival: ComparedSystem, difference: Difference): Standing {
  const { verdict, estimate, high, minimalDetectable } = difference;
  if (verdict === 'better') return 'ahead';
  const isFarBehind = minimalDetectable > 0 && -estimate >= minimalDetectable;
  if (verdict === 'worse' || (high !== undefined && high < 0) || isFarBehind) return 'behind';
  const worth = worthOf(comparison, rival);
  const isSmall = Math.abs(estimate) < worth;
  const showsSmall = minimalDetectable > 0 && minimalDetectable <= worth;
  return isSmall && (showsSmall || leftToWin(comparison, rival) <= 2 * worth) ? 'level' : 'unclear';
}

/** Maximum possible gain over a nearly perfect rival, from the far end of its interval. */
function leftToWin({ metric, metrics }: Told, rival: ComparedSystem): number {
  const { best, better } = metrics.find(({ name }) => name === metric)!;
  const { low } = entryOf(rival.values, metric) ?? {};
  return best === undefined || low === undefined || better !== 'higher' ? Number.POSITIVE_INFINITY : best - low;
}

/** The rival over which the judged system leads least; on ties a cheap one. */
function strongestOf(rivals: readonly Rival[]): Rival {
  const cost = ({ system }: Rival) => Number(!isCheap(system));
  return rivals.toSorted((a, b) => a.difference.estimate - b.difference.estimate || cost(a) - cost(b))[0];
}

function isCheap({ kind, isCheap: isFitted = false }: ComparedSystem): boolean {
  return kind === 'cheap' || isFitted;
}

/** ", and it costs next to nothing to run": a reason to switch to a system. */
function costClause(system: ComparedSystem, subject: ComparedSystem): string {
  if (isCheap(subject)) return '';
  if (isCheap(system)) return ', and it costs next to nothing to run';
  return isUntrained(system.kind) && !isUntrained(subject.kind) ? ', and it needs no training' : '';
}

/** Whether length alone does as well as the judged system, and better than chance. */
function tellsByLength({ metric }: Told, { system, standing }: Rival): boolean {
  const { low = 0 } = entryOf(system.values, metric) ?? {};
  return BY_LENGTH.has(system.name) && standing !== 'ahead' && low > 0.5;
}

/** If length predicts the better answer as well as the model does, the pairs show nothing else that it learned. */
function toldByLength({ metric, rows }: Told, { name, values }: ComparedSystem): Conclusion {
  const length = name === 'longer_answer' ? 'longer' : 'shorter';
  const right = formatNumber(100 * (entryOf(values, metric)?.value ?? 0), 3);
  const found = `The rows can be told apart by length alone: the ${length} answer is the better one in ${right} % of ${plural(rows, 'rows')}`;
  const advice = `${found}, so they do not show whether the model learned anything else. Add pairs whose better answer is not the ${length} one.`;
  return { outcome: 'unclear', advice };
}

function behindOne(comparison: Told, subject: ComparedSystem, { system, difference }: Rival): Conclusion {
  const why = describePair(comparison, [system, subject]);
  const isSure = difference.verdict === 'worse';
  const doubt = isSure ? '' : ` That is probable, not certain, on ${plural(comparison.rows, 'rows')}.`;
  const advice = `Use ${systemTitle(system)}: ${why}${costClause(system, subject)}.${doubt}`;
  return { outcome: 'not-better', advice, use: system.name };
}

interface Level extends Known {
  subject: ComparedSystem;
  rival: Rival;
}

function levelWithOne(comparison: Told, { subject, rival, otherWords }: Level): Conclusion {
  const { system } = rival;
  const why = named(comparison, { ...rival, subject });
  const clause = costClause(system, subject);
  if (clause === '') {
    const advice = `Either will do: ${systemTitle(subject)} and ${systemTitle(system)} are level: ${why}.`;
    return { outcome: 'not-better', advice };
  }
  if (subject.knowsWords === true && isCheap(system))
    return {
      outcome: otherWords?.leads === true ? 'unclear' : 'not-better',
      ...byWords([subject, system], why, otherWords),
    };
  const advice = `Use ${systemTitle(system)}: it does the task as well (${why})${clause}.`;
  return { outcome: 'not-better', advice, use: system.name };
}

/** Systems that count words fail on unseen words, which test rows with the same wording do not reveal. */
function byWords(
  [subject, cheap]: readonly [ComparedSystem, ComparedSystem],
  why: string,
  { clause, leads }: Partial<OtherWords> = {},
): Pick<Conclusion, 'advice' | 'use'> {
  const level = `Level on these rows: ${clause === undefined ? why : `${why}; ${clause}`}`;
  const [tuned, free] = [systemTitle(subject), `${systemTitle(cheap)}, which costs next to nothing to run,`];
  if (leads === true) {
    const advice = `${level}. Use ${tuned} if people will write as in those; ${free} does if they write as in the test rows.`;
    return { advice, use: subject.name };
  }
  const advice = `${level}. Use ${free} if people will write as in these rows; keep ${tuned} if they will use words that no row has.`;
  return { advice, use: cheap.name };
}

interface Open extends Known {
  subject: ComparedSystem;
  rivals: readonly Rival[];
  /** Rivals that can be saved. */
  candidates: readonly Rival[];
}

function unclear(comparison: Told, { subject, rivals, candidates, otherWords, isFlat }: Open): Conclusion {
  const open = strongestOf(rivals.filter(({ standing }) => standing === 'unclear'));
  const { system, difference } = open;
  const why = named(comparison, { ...open, subject });
  const { rowsNeeded, sentence: tell } = whatWouldTell(comparison, { ...open, subject }, isFlat);
  if (isProbable(difference)) {
    const better = `${atStart(subject)} is probably better than ${systemTitle(system)}, not surely: ${why}`;
    return { outcome: 'unclear', advice: `${better}. ${tell}`, rowsNeeded };
  }
  const nothing = `othing shows that ${systemTitle(subject)} is better`;
  // A free system is the safe choice until more is known.
  const cheap = candidates.find((one) => isCheap(one.system) && one.difference.estimate <= 0);
  if (isCheap(subject) && difference.estimate >= 0) {
    const advice = isTie(why)
      ? `Keep ${systemTitle(subject)}: ${systemTitle(system)} is not shown to be better (${why}). ${tell}`
      : `Use ${systemTitle(subject)}: ${describePair(comparison, [subject, system])}. That is not certain yet. ${tell}`;
    return { outcome: 'unclear', advice, use: isKeepable(subject) ? subject.name : undefined, rowsNeeded };
  }
  const missed = foundByNeither(comparison, [subject, system]);
  if (isCheap(subject) && missed !== undefined) {
    const neither = `neither it nor ${systemTitle(system)} finds ${missed} of the test, too few to tell the two apart`;
    const advice = `Keep ${systemTitle(subject)} for now: ${neither}. ${tell}`;
    return { outcome: 'unclear', advice, use: isKeepable(subject) ? subject.name : undefined, rowsNeeded };
  }
  if ((cheap === undefined || isCheap(subject)) && difference.estimate < 0) {
    const better = `${atStart(system)} looks better: ${why}`;
    const advice = `${better}. That is not certain yet. ${tell}`;
    return { outcome: 'unclear', advice, rowsNeeded };
  }
  if (cheap === undefined || isCheap(subject)) {
    return { outcome: 'unclear', advice: `N${nothing} than ${systemTitle(system)} (${why}). ${tell}`, rowsNeeded };
  }
  const doubt = { rowsNeeded, tell, nothing: `${nothing} (${why})`, otherWords };
  return forNow(comparison, { subject, cheap: cheap.system }, doubt);
}

type Doubt = Known & Record<'tell' | 'nothing', string> & { rowsNeeded: number | undefined };

/** Recommends the cheap system until more rows settle the question. */
function forNow(
  comparison: Told,
  { subject, cheap }: { subject: ComparedSystem; cheap: ComparedSystem },
  { rowsNeeded, tell, nothing, otherWords }: Doubt,
): Conclusion {
  const told = { outcome: 'unclear', use: cheap.name, rowsNeeded } as const;
  const name = systemTitle(cheap);
  const reason = describePair(comparison, [cheap, subject]);
  if (!isTie(reason)) {
    return { ...told, advice: `Use ${name}: ${reason}${costClause(cheap, subject)}. That is not certain yet. ${tell}` };
  }
  if (subject.knowsWords === true) {
    const { advice, use } = byWords([subject, cheap], reason, otherWords);
    return otherWords?.leads === true ? { outcome: 'unclear', advice, use } : { ...told, advice: `${advice} ${tell}` };
  }
  const advice = `Use ${name} for now: it costs next to nothing to run, and n${nothing}. ${tell}`;
  return { ...told, advice };
}

/** Ahead by more than chance for a single comparison, though not after correction for multiple comparisons. */
function isProbable({ estimate, low, minimalDetectable }: Difference): boolean {
  return (low !== undefined && low > 0) || (minimalDetectable > 0 && estimate >= minimalDetectable);
}

/** Capitalises a title at the start of a sentence, except for names: "tf-idf", "runs/tickets". */
function atStart(system: ComparedSystem): string {
  const title = systemTitle(system);
  const isPlain = system.kind === 'cheap' ? !title.startsWith('tf-idf') : title.startsWith('the ');
  return isPlain ? title[0].toUpperCase() + title.slice(1) : title;
}

function nothingToCompare(comparison: Told): Conclusion {
  const unable = comparison.systems.flatMap(({ title, unable: reason }) => (reason ? [`${title}: ${reason}`] : []));
  const why = unable.length === 0 ? '' : ` (${unable.join('; ')})`;
  const advice = `There was nothing to compare with${why}: a figure alone does not say whether training helped.`;
  return { outcome: 'unclear', advice };
}
