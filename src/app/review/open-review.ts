import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { readLabels } from '../../scoring/judges/human-labels.ts';
import { readPairs, type AnswerPair } from '../../scoring/judges/answer-pairs.ts';
import type { Criterion } from '../../scoring/judges/rubric.ts';
import { assigned, disputed, type Role } from '../../evaluation/review/assignment.ts';
import { readGold, type GoldPair } from '../../evaluation/review/gold.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import { keptPlan } from '../../evaluation/review/review-plan.ts';
import { ReviewSession } from '../../evaluation/review/review-session.ts';
import type { useCase, OpenReview } from '../use-cases/review.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';
import { readRubric } from '../judge/read-rubric.ts';
import { servePage, type PageServer } from '../page/page-server.ts';
import { FLAGS, givenChoice } from './given-choice.ts';

export type ReviewOptions = Omit<OptionsOf<typeof useCase>, 'open'>;

const MOST_BODY_BYTES = 2 ** 16;
const HOUR = 3_600_000;

/**
 * Serves pairs of answers on this machine for blind review until it is closed. Every choice is saved immediately, so
 * a review can be resumed.
 * @throws AttuneError E_PAIRS, E_PAIRS_MISSING, E_LABELS, E_RUBRIC, E_REVIEW_PLAN, E_NOT_WRITABLE
 */
export async function openReview(target: string, options: ReviewOptions = {}): Promise<OpenReview> {
  const people = peopleOf(options);
  checkNumbers(options);
  const criteria = (await readRubric(options.rubric))?.criteria ?? [];
  const { pairs, log, shares } = await sharesOf(target, people, options);
  const until = options.hours === undefined ? undefined : Date.now() + options.hours * HOUR;
  const sessions: ReviewSession[] = [];
  const servers: PageServer[] = [];
  for (const { name, role } of people) {
    const session = await ReviewSession.open(name, { pairs: shares.get(name)!, log, seed: options.seed, role });
    sessions.push(session);
    servers.push(await serveSession(session, { role, criteria, until }));
  }
  return {
    pages: servers.map(({ url }, i) => {
      const { name: reviewer, role } = people[i];
      return { reviewer, role, pairs: sessions[i].progress.total, url };
    }),
    log,
    pairs: pairs.length,
    pid: process.pid,
    async close() {
      const open = sessions.splice(0);
      await Promise.all(servers.map((server) => server.close()));
      for (const session of open) session.close();
    },
  };
}

interface Person {
  name: string;
  role: Role;
}

function peopleOf({
  reviewer: reviewers,
  adjudicator: adjudicators = [],
  viewer: viewers = [],
}: ReviewOptions): Person[] {
  const isLone = adjudicators.length + viewers.length === 0;
  const people = [
    ...(reviewers ?? (isLone ? ['reviewer'] : [])).map((name) => ({ name, role: 'reviewer' as const })),
    ...adjudicators.map((name) => ({ name, role: 'adjudicator' as const })),
    ...viewers.map((name) => ({ name, role: 'viewer' as const })),
  ];
  const isUsable = people.length > 0 && people.every(({ name }) => name.trim() !== '');
  if (isUsable && new Set(people.map(({ name }) => name)).size === people.length) return people;
  throw new AttuneError('E_USAGE', {
    what: 'Reviewers need distinct names',
    got: people.map(({ name }) => JSON.stringify(name)).join(', ') || 'none',
  });
}

function checkNumbers({ maxPairs = 2, overlap = 1, hours = 1 }: ReviewOptions): void {
  const problems = [
    ...(maxPairs >= 2 ? [] : [{ field: 'maxPairs', message: `${maxPairs}: must be at least two pairs` }]),
    ...(overlap >= 0 && overlap <= 1 ? [] : [{ field: 'overlap', message: `${overlap}: must be a share from 0 to 1` }]),
    ...(hours > 0 ? [] : [{ field: 'hours', message: `${hours}: must be above 0` }]),
  ];
  if (problems.length > 0) throw new AttuneError('E_USAGE', { what: 'The review settings are invalid', problems });
}

/** Assigns pairs: reviewers get a share of the pairs plus the gold pairs; adjudicators get disputed pairs; viewers get all. */
async function sharesOf(target: string, people: readonly Person[], options: ReviewOptions) {
  const { maxPairs, overlap = 1, gold: goldFile, seed = 0 } = options;
  const { log, plan: planFile } = reviewPlaces(target);
  const all = await readPairs(target, options);
  // Read before the plan is written, so that a failure leaves no files behind.
  const gold = goldFile === undefined ? [] : await readGold(goldFile);
  const plan = keptPlan(planFile, all, maxPairs === undefined ? undefined : { most: maxPairs, seed });
  const chosen = plan && new Set(plan.chosen.map(({ id }) => id));
  const pairs = chosen === undefined ? all : all.filter(({ id }) => chosen.has(id));
  const names = people.filter(({ role }) => role === 'reviewer').map(({ name }) => name);
  const own = assigned(pairs, names, { overlap, seed });
  const open = people.some(({ role }) => role === 'adjudicator') && existsSync(log) ? await readLabels(log) : [];
  const pairsOf = ({ name, role }: Person): (AnswerPair | GoldPair)[] =>
    role === 'reviewer' ? [...own.get(name)!, ...gold] : role === 'viewer' ? pairs : disputed(pairs, open);
  return { pairs, log, shares: new Map(people.map((person) => [person.name, pairsOf(person)])) };
}

/** Fixed settings of a reviewer's page. */
export interface ReviewSettings {
  role: Role;
  /** Criteria by which both answers are rated. */
  criteria: readonly Criterion[];
  flags: readonly string[];
}

interface Serving extends Pick<ReviewSettings, 'role' | 'criteria'> {
  until?: number;
}

function serveSession(session: ReviewSession, { role, criteria, until }: Serving): Promise<PageServer> {
  return servePage({
    page: 'review',
    state: (): ReviewSettings => ({ role, criteria: role === 'viewer' ? [] : criteria, flags: FLAGS }),
    until,
    mostBytes: MOST_BODY_BYTES,
    ask(body) {
      const asked = (body ?? {}) as Record<string, unknown>;
      const choice = asked.do === 'choose' ? givenChoice(asked, criteria) : undefined;
      if (choice === undefined && asked.do !== 'next' && asked.do !== 'undo') return undefined;
      return async (line) => {
        try {
          if (choice !== undefined) session.choose(choice);
          else if (asked.do === 'undo') session.undo();
          line({ ...session.progress, pair: session.next() });
        } catch (error) {
          line({ error: error instanceof AttuneError ? error.what : String(error) });
        }
      };
    },
  });
}
