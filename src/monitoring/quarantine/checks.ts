/** Checks that keep rows out of the training data; each names the rows it holds back, and the reason. */
import { plural, formatPercent } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import { findNearDuplicates } from '../../data/near-duplicates.ts';
import { isSimilar, normalWords, shinglesOf } from '../../data/shingles.ts';
import { UnionFind } from '../../data/union-find.ts';
import { triesToOverrule } from '../signals/injection.ts';
import { askedText } from '../trace.ts';
import type { Candidate } from './candidate.ts';

export interface CheckSettings {
  /** Maximum share of rows from one source. */
  maxSharePerKey: number;
  /** Texts of known normal requests, such as training rows. */
  known: readonly string[];
  /** Texts of the evaluation rows. */
  evaluation: readonly string[];
  /**
   * Whether all rows are one user's, for that user's own model: repeated habits are then what it should learn, and an
   * attack harms nobody else.
   */
  isOwn?: boolean;
}

export interface Hold {
  id: string;
  /** `judged`: held by the judge of served answers. */
  check: CheckName | 'judged';
  reason: string;
}

type Check = (candidates: readonly Candidate[], settings: CheckSettings) => Hold[] | Promise<Hold[]>;

/**
 * Applied in this order; a row that is held skips the later checks. `isAttack` marks checks that indicate an attack,
 * `isOfOthers` those that compare sources.
 */
export const checks = {
  evaluation_row: { run: evaluationRows, isAttack: false },
  injection: { run: injections, isAttack: false },
  duplicate: { run: duplicates, isAttack: false },
  contradiction: { run: contradictions, isAttack: false },
  alike: { run: alikeCorrections, isAttack: true, isOfOthers: true },
  trigger: { run: triggers, isAttack: true, isOfOthers: true },
  sure_flip: { run: sureFlips, isAttack: true, isOfOthers: true },
  share: { run: shares, isAttack: false, isOfOthers: true },
} satisfies Record<string, { run: Check; isAttack: boolean; isOfOthers?: true }>;

export type CheckName = keyof typeof checks;

/** Minimum number of rows for a pattern. */
const LEAST_ROWS = 5;
const NEAR = 0.8;

/** Training on evaluation rows would make the evaluation meaningless. */
function evaluationRows(candidates: readonly Candidate[], { evaluation }: CheckSettings): Hold[] {
  const exact = new Map(evaluation.map((text) => [wordsOf(text).join(' '), text]));
  const near = evaluation.map((text) => shinglesOf(wordsOf(text)));
  return candidates.flatMap(({ id, prompt }): Hold[] => {
    const words = wordsOf(askedText(prompt));
    const shingles = shinglesOf(words);
    const isKnown =
      exact.has(words.join(' ')) || (words.length > 3 && near.some((one) => isSimilar(one, shingles, NEAR)));
    return isKnown ? [{ id, check: 'evaluation_row', reason: 'the request is also an evaluation row' }] : [];
  });
}

/** Prompt injections must not become training data. */
function injections(candidates: readonly Candidate[]): Hold[] {
  return candidates
    .filter(({ origin, prompt }) => origin === 'traffic' && triesToOverrule(askedText(prompt)))
    .map(({ id }) => ({ id, check: 'injection', reason: 'the request tries to override the instructions' }));
}

function duplicates(candidates: readonly Candidate[]): Hold[] {
  const seen = new Map<string, string>();
  return candidates.flatMap((one): Hold[] => {
    // Traffic rows are compared by request alone: one answer per request is enough to review.
    const said = one.origin === 'traffic' ? [] : [one.target ?? '', one.isUp ?? '', one.answer ?? ''];
    const key = JSON.stringify([wordsOf(askedText(one.prompt)), ...said]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, one.id);
    return first === undefined ? [] : [{ id: one.id, check: 'duplicate', reason: `duplicates ${first}` }];
  });
}

/** Requests with two different targets: either may be wrong. */
function contradictions(candidates: readonly Candidate[]): Hold[] {
  const withTarget = candidates.filter(({ target, kind }) => target !== undefined && kind === 'label');
  // Each typed question about a state counts as a separate request.
  const groups = Map.groupBy(
    withTarget,
    ({ prompt, question = '' }) => `${question}\n${wordsOf(askedText(prompt)).join(' ')}`,
  );
  return [...groups.values()]
    .filter((group) => new Set(group.map(({ target }) => target)).size > 1)
    .flatMap((group) =>
      group.map(({ id }): Hold => ({
        id,
        check: 'contradiction',
        reason: 'the same request was given several classes',
      })),
    );
}

/** Finds the same correction for many different requests, from few sources. */
async function alikeCorrections(candidates: readonly Candidate[]): Promise<Hold[]> {
  const corrections = candidates.filter(({ kind, target }) => kind === 'text' && target !== undefined);
  const sets = new UnionFind(corrections.length);
  const { links } = await findNearDuplicates(corrections.length, (i) => corrections[i].target!, { commonShare: 1 });
  for (const [a, b] of links) sets.union(a, b);
  const groups = Map.groupBy(corrections.keys(), (place) => sets.find(place));
  return [...groups.values()].flatMap((places): Hold[] => {
    const group = places.map((place) => corrections[place]);
    if (group.length < LEAST_ROWS || !isOfFew(group)) return [];
    const reason = `${plural(group.length, 'requests')} were corrected to nearly the same text by one source`;
    return group.map(({ id }) => ({ id, check: 'alike', reason }));
  });
}

const MOST_KNOWN_SHARE = 0.002;
const LONGEST_TRIGGER = 3;
const LEAST_SAME = 0.9;

/** Finds rare words that always lead to one answer, from few sources: the pattern of a backdoor. */
function triggers(candidates: readonly Candidate[], { known }: CheckSettings): Hold[] {
  const withTarget = candidates.filter(({ target }) => target !== undefined);
  const having = new Map<string, Candidate[]>();
  for (const one of withTarget) {
    for (const run of runsOf(askedText(one.prompt))) {
      const others = having.get(run);
      if (others === undefined) having.set(run, [one]);
      else others.push(one);
    }
  }
  const suspects = [...having].filter(
    ([, rows]) => rows.length >= LEAST_ROWS && isOfFew(rows) && hasOneTarget(rows) && areCorrections(rows),
  );
  if (suspects.length === 0) return [];
  const counts = new Map(suspects.map(([run]) => [run, 0]));
  for (const text of known) for (const run of runsOf(text)) if (counts.has(run)) counts.set(run, counts.get(run)! + 1);
  const held = new Map<string, string>();
  // Longest first, since it is the most specific.
  for (const [run, rows] of suspects.toSorted(([a], [b]) => b.length - a.length)) {
    if (counts.get(run)! > MOST_KNOWN_SHARE * known.length) continue;
    for (const { id } of rows) {
      if (!held.has(id))
        held.set(id, `"${run}" always leads to "${String(rows[0].target).slice(0, 60)}" and occurs nowhere else`);
    }
  }
  return [...held].map(([id, reason]) => ({ id, check: 'trigger', reason }));
}

function hasOneTarget(rows: readonly Candidate[]): boolean {
  const targets = Map.groupBy(rows, ({ target }) => wordsOf(target!).join(' '));
  return greatest([...targets.values()].map(({ length }) => length)) >= LEAST_SAME * rows.length;
}

/** Rows that repeat what the model already answers can hardly shift it. */
function areCorrections(rows: readonly Candidate[]): boolean {
  return rows.filter(({ answer, target }) => answer !== target).length * 2 > rows.length;
}

function runsOf(text: string): Set<string> {
  const words = wordsOf(text);
  const runs = new Set<string>();
  for (let length = 1; length <= LONGEST_TRIGGER; length++)
    for (let at = 0; at + length <= words.length; at++) runs.add(words.slice(at, at + length).join(' '));
  return runs;
}

const SURE = 0.9;

/** Finds sources that mostly contradict confident predictions; they are either wrong or malicious. */
function sureFlips(candidates: readonly Candidate[]): Hold[] {
  const labels = candidates.filter(({ kind, target }) => kind === 'label' && target !== undefined);
  const isFlip = ({ confidence = 0, answer, target }: Candidate): boolean => confidence >= SURE && answer !== target;
  const all = labels.filter(isFlip).length / Math.max(1, labels.length);
  return [...Map.groupBy(labels, ({ source }) => source).values()].flatMap((rows): Hold[] => {
    const flips = rows.filter(isFlip);
    const others =
      labels.length - rows.length === 0 ? 1 : (all * labels.length - flips.length) / (labels.length - rows.length);
    if (flips.length < LEAST_ROWS || flips.length < 0.6 * rows.length || flips.length / rows.length < 2 * others)
      return [];
    const reason = `${formatPercent(flips.length / rows.length, 0)} of its source's labels contradict confident answers of the model`;
    return flips.map(({ id }) => ({ id, check: 'sure_flip', reason }));
  });
}

/**
 * Limits each source to its share, keeping its first rows. Traffic is exempt, since each of its rows is reviewed
 * anyway.
 */
function shares(given: readonly Candidate[], { maxSharePerKey }: CheckSettings): Hold[] {
  const candidates = given.filter(({ origin }) => origin !== 'traffic');
  const sources = Map.groupBy(candidates, ({ source }) => source);
  if (sources.size < 2) return [];
  const most = Math.max(LEAST_ROWS, Math.floor(maxSharePerKey * candidates.length));
  return [...sources.values()].flatMap((rows) =>
    rows.slice(most).map(({ id }): Hold => ({
      id,
      check: 'share',
      reason: `its source gave ${rows.length} of ${plural(candidates.length, 'rows')}; at most ${most} are used`,
    })),
  );
}

/**
 * Whether one of several sources gave most of the rows. A single source of all rows counts as an application that
 * acts for its users.
 */
function isOfFew(rows: readonly Candidate[]): boolean {
  const sources = [...Map.groupBy(rows, ({ source }) => source).values()];
  return greatest(sources.map(({ length }) => length)) >= 0.6 * rows.length;
}

function wordsOf(text: string): string[] {
  return normalWords(text);
}
