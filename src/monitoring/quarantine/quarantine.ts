/**
 * Screens rows before training: which are held back, which people should review, and whether the batch may be used at
 * all.
 */
import { formatPercent, plural } from '../../base/format.ts';
import { pushAll } from '../../base/many.ts';
import { shuffled } from '../../base/random.ts';
import { askedText } from '../trace.ts';
import type { Candidate } from './candidate.ts';
import { checks, type CheckSettings, type Hold } from './checks.ts';

export interface QuarantineSettings extends CheckSettings {
  /** Number of rows for people to review. */
  review: number;
  /** Share of rows held by attack checks above which the whole batch is stopped. */
  maxHeld: number;
  seed: number;
}

export interface Quarantine {
  accepted: Candidate[];
  held: Hold[];
  /** A random sample of the accepted rows that have a target, for review. */
  sample: string[];
  /** Reason why the whole batch must not be trained on. */
  stopped?: string;
}

export async function quarantine(candidates: readonly Candidate[], settings: QuarantineSettings): Promise<Quarantine> {
  const held: Hold[] = [];
  let left: readonly Candidate[] = candidates;
  for (const { run, ...check } of Object.values(checks)) {
    if (settings.isOwn === true && 'isOfOthers' in check) continue;
    const found = await run(left, settings);
    const ids = new Set(found.map(({ id }) => id));
    pushAll(held, found);
    left = left.filter(({ id }) => !ids.has(id));
  }
  const stopped = reasonToStop(candidates, held, settings);
  // A thumb without a correction cannot form a pair.
  const pairs = left.filter(({ target }) => target !== undefined);
  const sample = shuffled(pairs, [settings.seed, 'review sample']).slice(0, settings.review);
  return {
    accepted: [...left],
    held,
    sample: sample.map(({ id }) => id),
    ...(stopped !== undefined && { stopped }),
  };
}

function reasonToStop(
  candidates: readonly Candidate[],
  held: readonly Hold[],
  { maxHeld }: QuarantineSettings,
): string | undefined {
  const attacks = held.filter(({ check }) => check !== 'judged' && checks[check].isAttack);
  // Traffic does not count, so that unreviewed answers cannot dilute an attack.
  const said = candidates.filter(({ origin }) => origin !== 'traffic').length;
  const share = attacks.length / Math.max(1, said);
  if (share <= maxHeld) return undefined;
  const kinds = [...Map.groupBy(attacks, ({ check }) => check)].map(([check, found]) => `${check} ${found.length}`);
  const rows = `${plural(attacks.length, 'rows')} of ${said} (${formatPercent(share)})`;
  return `${rows} look like an attack: ${kinds.join(', ')}; such as ${attacks[0].reason}`;
}

export function countHolds(held: readonly Hold[]): Partial<Record<Hold['check'], number>> {
  return Object.fromEntries([...Map.groupBy(held, ({ check }) => check)].map(([check, rows]) => [check, rows.length]));
}

/** Pairs for `attune review`: the answer and its correction. A pair is a defect if reviewers prefer neither. */
export function reviewPairs(candidates: readonly Candidate[], sample: readonly string[]): object[] {
  const known = new Map(candidates.map((one) => [one.id, one]));
  return sample.map((id) => {
    const { prompt, answer = '', target } = known.get(id)!;
    return { id, prompt: askedText(prompt), a: answer, b: target!, system_a: 'answer', system_b: 'correction' };
  });
}
