import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { writeFileAtomic, requireWritable } from '../../files/atomic.ts';
import { readLabels } from '../../eval/judges/human-labels.ts';
import { readPairs } from '../../eval/judges/pairs.ts';
import type { Rubric, RubricInput } from '../../eval/judges/rubric.ts';
import { reviewPlaces } from '../../review/places.ts';
import { reviewResults as resultsOf, type ReviewResults } from '../../review/results.ts';
import { ReviewSession } from '../../review/session.ts';
import { changed, checkSignOffs, signOff, type SignOff, type SignOffCheck } from '../../review/sign-offs.ts';
import { trainingRows, type RowKind } from '../../review/training-rows.ts';
import { servePage, type PageServer } from '../page/page-server.ts';
import { readRubric } from '../judge/read-rubric.ts';
import { givenChoice } from './given-choice.ts';
import { reviewPage } from './review-page.ts';

/** Options of `openReview`. */
export interface ReviewOptions {
  /** Whose choices they are; each has a page of their own. Default: one, called "reviewer". */
  reviewers?: readonly string[];
  /** Of a comparison: the system whose answers its subject's are set beside. */
  against?: string;
  /** Criteria to rate both answers by as well: a file (YAML or JSON), or the criteria. */
  rubric?: string | RubricInput;
  /** Of the orders of pairs and sides. Default 0. */
  seed?: number;
}

export interface OpenReview {
  /** Pairs to judge. */
  pairs: number;
  /** The file that choices are added to. */
  log: string;
  /** One address for each reviewer, which nobody else can guess. */
  pages: readonly { reviewer: string; url: string }[];
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 2 ** 16;

/**
 * Serves pairs of answers to this machine's browser for people to judge, blind, until it is closed. Every choice is saved
 * at once; a review goes on where it was left.
 * @throws AttuneError E_PAIRS, E_PAIRS_MISSING, E_LABELS, E_RUBRIC, E_NOT_WRITABLE
 */
export async function openReview(target: string, options: ReviewOptions = {}): Promise<OpenReview> {
  const { reviewers = ['reviewer'], seed } = options;
  checkReviewers(reviewers);
  const criteria = (await readRubric(options.rubric))?.criteria ?? [];
  const pairs = await readPairs(target, options);
  const { log } = reviewPlaces(target);
  const page = reviewPage(criteria);
  const sessions: ReviewSession[] = [];
  const servers: PageServer[] = [];
  for (const reviewer of reviewers) {
    const session = await ReviewSession.open(reviewer, { pairs, log, seed });
    sessions.push(session);
    servers.push(await serveSession(session, page, criteria));
  }
  return {
    pairs: pairs.length,
    log,
    pages: servers.map(({ url }, i) => ({ reviewer: reviewers[i], url })),
    async close() {
      const open = sessions.splice(0);
      await Promise.all(servers.map((server) => server.close()));
      for (const session of open) session.close();
    },
  };
}

function checkReviewers(reviewers: readonly string[]): void {
  const isUsable = reviewers.length > 0 && reviewers.every((name) => name.trim() !== '');
  if (isUsable && new Set(reviewers).size === reviewers.length) return;
  throw new AttuneError('E_USAGE', {
    what: 'Reviewers need names of their own',
    got: reviewers.map((name) => JSON.stringify(name)).join(', ') || 'none',
  });
}

function serveSession(session: ReviewSession, page: string, criteria: Rubric['criteria']): Promise<PageServer> {
  return servePage({
    page: () => page,
    state: () => session.progress,
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

/** Options of `reviewResults`. */
export interface ReviewResultsOptions {
  /** As the review was opened with. */
  against?: string;
  /** Rows to train on are written: pairs for DPO, answers for SFT, thumbs for KTO. */
  export?: RowKind;
  /** The file that they are written to (JSONL). */
  to?: string;
}

export interface ReviewOutcome extends ReviewResults {
  log: string;
  exported?: { kind: RowKind; to: string; rows: number };
}

/** Who won in a review, how sure that is, and how far the reviewers agree. @throws AttuneError E_REVIEW_MISSING */
export async function reviewResults(target: string, options: ReviewResultsOptions = {}): Promise<ReviewOutcome> {
  const { log } = reviewPlaces(target);
  if (options.export !== undefined && options.to === undefined) {
    throw new AttuneError('E_USAGE', { what: 'Where are the rows to be written?', fix: '--to FILE' });
  }
  const pairs = await readPairs(target, options);
  const labels = await readLog(log, target);
  const results = { ...resultsOf(pairs, labels), log };
  const { export: kind, to } = options;
  if (kind === undefined || to === undefined) return results;
  requireWritable(to);
  const rows = trainingRows(pairs, labels, kind);
  if (rows.length === 0) {
    throw new AttuneError('E_NO_ROWS', { what: `No pair of ${target} has a winner`, got: 'ties alone' });
  }
  writeFileAtomic(to, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { ...results, exported: { kind, to, rows: rows.length } };
}

async function readLog(log: string, target: string) {
  if (existsSync(log)) return readLabels(log);
  throw new AttuneError('E_REVIEW_MISSING', {
    what: `${target} has not been reviewed`,
    expected: log,
    fix: `attune review ${target}`,
  });
}

/** Options of `signReview`. */
export interface SigningOptions {
  /** Who decides. */
  by: string;
  /** Whether the result may be used. */
  decision: 'approve' | 'reject';
  /** Why. */
  reason: string;
}

/** Adds a sign-off about what a run, comparison or file of pairs holds now. @throws AttuneError E_SIGN_OFFS_CHANGED */
export async function signReview(target: string, options: SigningOptions): Promise<SignOff> {
  const { by, decision, reason } = options;
  const missing = Object.entries({ by, reason }).filter(([, text]) => text.trim() === '');
  if (missing.length > 0 || (decision !== 'approve' && decision !== 'reject')) {
    throw new AttuneError('E_USAGE', { what: 'A sign-off says who decided what, and why', fix: 'fill in every part' });
  }
  return signOff(target, { by, decision, reason });
}

/** Whether what was signed is as it was. @throws AttuneError E_SIGN_OFFS_CHANGED, with exit code 3; E_NOT_SIGNED */
export async function verifyReview(target: string): Promise<SignOffCheck> {
  const check = checkSignOffs(target);
  if (check.problems.length > 0) throw changed(check.file, check.problems);
  if (check.signOffs.length > 0) return check;
  throw new AttuneError('E_NOT_SIGNED', {
    what: `Nobody has signed ${target}`,
    fix: `attune review sign ${target} --by NAME --decision approve --reason TEXT`,
  });
}
