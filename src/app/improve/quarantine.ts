/** `quarantine` and `review`: decides which of the collected rows may be used for training. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPercent, plural } from '../../base/format.ts';
import { readLabels } from '../../scoring/judges/human-labels.ts';
import { wilsonInterval } from '../../scoring/statistics/index.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { parseJson, readJson, writeJson } from '../../files/json.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import {
  countHolds,
  quarantine as inspect,
  reviewPairs,
  type Quarantine,
} from '../../monitoring/quarantine/quarantine.ts';
import type { Hold } from '../../monitoring/quarantine/checks.ts';
import type { Candidate } from '../../monitoring/quarantine/candidate.ts';
import { requestsOf } from './retraining-recipe.ts';
import { collected } from './collect.ts';
import { recipeSoFar } from './known-rows.ts';
import {
  answeredTraffic,
  judgedTraffic,
  pairsPath,
  saidOfTraffic,
  trafficPairs,
  unseenTraffic,
} from './traffic-review.ts';
import type { Step, StepContext } from './improvement-step.ts';

/** Stored form: ids only, so that erased texts do not survive here. */
interface StoredQuarantine extends Omit<Quarantine, 'accepted'> {
  accepted: string[];
  /** Served answers for people to review. */
  traffic?: string[];
}

const places = (folder: string) => ({ found: join(folder, 'quarantine.json'), pairs: pairsPath(folder) });

export const quarantine: Step = async (context) => {
  const { plan, recipe, folder, signal, log } = context;
  const candidates = await collected(context);
  const soFar = recipeSoFar(recipe, log);
  const { review, max_share_per_key: maxSharePerKey, max_held: maxHeld } = plan.quarantine;
  const found = await inspect(candidates, {
    known: await requestsOf(soFar, 'train', signal),
    evaluation: await requestsOf(soFar, 'test', signal),
    review,
    maxSharePerKey,
    maxHeld,
    isOwn: context.source !== undefined,
    seed: log.cycle,
  });
  const { sample, stopped } = found;
  const judged = await judgedTraffic(found.accepted, context);
  const held = [...found.held, ...judged.held];
  const { accepted } = judged;
  const asked = await unseenTraffic(accepted, context);
  const traffic = asked.map(({ id }) => id);
  const stored: StoredQuarantine = { ...found, accepted: accepted.map(({ id }) => id), held, traffic };
  writeJson(places(folder).found, stored);
  const facts = { accepted: accepted.length, held: countHolds(held) };
  if (stopped !== undefined) return { to: 'stopped', reason: stopped, facts };
  if (accepted.length === 0) return { to: 'rejected', reason: 'all rows were held back', facts };
  const told = `${plural(accepted.length, 'rows')} accepted, ${held.length} held${judged.told}`;
  // A user's words stay in the store, where they can be erased.
  if (context.source !== undefined) return { to: 'retraining', reason: told, facts };
  const pairs = [...reviewPairs(accepted, sample), ...trafficPairs(asked)];
  writeFileAtomic(places(folder).pairs, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  if (plan.approve === 'auto')
    return { to: 'retraining', reason: `${told}; not reviewed, because approve is auto`, facts };
  if (pairs.length === 0) return { to: 'retraining', reason: `${told}; none need review`, facts };
  return { to: 'review', reason: `${told}; ${plural(pairs.length, 'rows')} need review`, facts };
};

/** Waits until every sampled row was reviewed. A row whose correction is not preferred is a defect. */
export const review: Step = async ({ plan, folder }) => {
  const { pairs } = places(folder);
  const { log } = reviewPlaces(pairs);
  const { sample, traffic = [] } = readJson<StoredQuarantine>(places(folder).found);
  const labels = existsSync(log) ? await readLabels(log) : [];
  const judged = new Map(labels.map(({ id, choice }) => [id, choice]));
  const left = [...sample, ...traffic].filter((id) => !judged.has(id)).length;
  if (left > 0) return { wait: `${plural(left, 'rows')} need review: attune review ${pairs}` };
  const confirmed = confirmations(pairs);
  const isDefect = (id: string): boolean =>
    judged.get(id) === 'neither' || (judged.get(id) === 'a' && !confirmed.has(id));
  const defects = sample.filter(isDefect);
  const { high } = wilsonInterval(defects.length, sample.length);
  const found = `${plural(defects.length, 'defects')} among ${plural(sample.length, 'rows')}, at most ${formatPercent(high)} of all`;
  const facts = { defects };
  if (defects.length > plan.quarantine.max_defects * sample.length) return { to: 'stopped', reason: found, facts };
  const told = [...(sample.length > 0 ? [found] : []), ...(traffic.length > 0 ? [saidOfTraffic(traffic, labels)] : [])];
  return { to: 'retraining', reason: `people found ${told.join('; ')}`, facts };
};

/** Pairs whose answer was confirmed: it is also the correction, so either preference accepts it. */
function confirmations(pairs: string): ReadonlySet<string> {
  const lines = readFileSync(pairs, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const read = lines.map((line) => parseJson<{ id: string; a: string; b: string }>(line));
  return new Set(read.flatMap(({ id, a, b }) => (a === b ? [id] : [])));
}

/** Erases rows from the files of a quarantine and its review. */
export function eraseFromQuarantine(folder: string, ids: ReadonlySet<string>): void {
  const { found, pairs } = places(folder);
  if (existsSync(found)) {
    const stored = readJson<StoredQuarantine>(found);
    const left = (list: readonly string[]): string[] => list.filter((id) => !ids.has(id));
    const held = stored.held.filter(({ id }) => !ids.has(id));
    const { accepted, sample, traffic } = stored;
    const kept = { accepted: left(accepted), sample: left(sample), ...(traffic && { traffic: left(traffic) }) };
    writeJson(found, { ...stored, ...kept, held });
  }
  for (const file of [pairs, reviewPlaces(pairs).log]) {
    if (!existsSync(file)) continue;
    const lines = readFileSync(file, 'utf8').split('\n');
    const left = lines.filter((line) => line === '' || !ids.has(parseJson<{ id: string }>(line).id));
    if (left.length < lines.length) writeFileAtomic(file, left.join('\n'));
  }
}

export function heldRows(folder: string): Hold[] {
  const { found } = places(folder);
  return existsSync(found) ? readJson<StoredQuarantine>(found).held : [];
}

/** Accepted rows without defects found in reviews. */
export async function acceptedRows(context: StepContext): Promise<Candidate[]> {
  const { accepted } = readJson<StoredQuarantine>(places(context.folder).found);
  // Defects of all cycles, since rows of an abandoned cycle are collected again.
  const defects = new Set(context.log.decisions.flatMap(({ facts }) => (facts.defects ?? []) as string[]));
  const ids = new Set(accepted);
  const rows = (await collected(context)).filter(({ id }) => ids.has(id) && !defects.has(id));
  return answeredTraffic(rows, context);
}
