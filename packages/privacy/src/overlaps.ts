import { spliceAll } from '@attune/base/many';
import { firstBehind } from './reading.ts';
import { THRESHOLD, type Candidate } from './recogniser.ts';

/** The longer of two equally certain findings wins: a street over a name in it. */
const LENGTH_WEIGHT = 0.01;
const MOST_LENGTH = 60;

function rank({ start, end, score }: Candidate): number {
  return score + LENGTH_WEIGHT * Math.min(MOST_LENGTH, end - start);
}

/**
 * Candidates without overlaps, in the text's order: the highest sum of score and length wins. The parts of a weaker
 * candidate outside the winner are kept as separate findings, so that they do not stay in the text.
 */
export function resolveOverlaps<One extends Candidate>(candidates: readonly One[], text: string): One[] {
  const ranked = candidates
    .filter(({ score }) => score >= THRESHOLD)
    .toSorted((a, b) => rank(b) - rank(a) || a.start - b.start || b.end - a.end);
  // Always in the text's order, so that only neighbours have to be compared.
  const kept: One[] = [];
  for (const candidate of ranked) {
    const from = firstBehind(kept, candidate.start);
    let to = from;
    while (to < kept.length && kept[to].start < candidate.end) to++;
    const over = kept.slice(from, to);
    if (over.length === 0) kept.splice(from, 0, candidate);
    else if (isWider(candidate, over, text)) kept[from] = { ...over[0], start: candidate.start, end: candidate.end };
    else spliceAll(kept, from, over.length, withRemains(candidate, over, text));
  }
  return kept;
}

const PARTICLE = /^[\p{L}'’ .]{0,4}$/u;

/** Whether it is the same finding with a particle more at one end: "De Santis" over "Santis". */
function isWider<One extends Candidate>(candidate: One, over: readonly One[], text: string): boolean {
  const [{ start, end, kind }] = over;
  const isLonger = candidate.end - candidate.start > end - start;
  if (!isLonger || over.length > 1 || kind !== candidate.kind || start < candidate.start || end > candidate.end)
    return false;
  return PARTICLE.test(text.slice(candidate.start, start)) && PARTICLE.test(text.slice(end, candidate.end));
}

/** The findings that overlap a candidate, with the parts of it between them. */
function withRemains<One extends Candidate>(candidate: One, over: readonly One[], text: string): One[] {
  const parts: One[] = [];
  let from = candidate.start;
  const take = (to: number): void => {
    const piece = text.slice(from, to);
    const [, before, core] = /^([^\p{L}\p{N}]*)(.*?)[^\p{L}\p{N}]*$/su.exec(piece)!;
    const start = from + before.length;
    if (core.length >= 3) parts.push({ ...candidate, start, end: start + core.length });
  };
  for (const one of over) {
    if (one.start > from) take(one.start);
    parts.push(one);
    from = Math.max(from, one.end);
  }
  if (from < candidate.end) take(candidate.end);
  return parts;
}
