import { once } from 'node:events';
import { plural } from '../../base/format.ts';
import type { RubricInput } from '../../scoring/judges/rubric.ts';
import { shortPath } from '../terminal/short-path.ts';
import type { Console } from '../terminal/console.ts';
import { defineUseCase } from './use-case.ts';
import type { Role } from '../../evaluation/review/assignment.ts';

export interface OpenReview {
  /** An unguessable URL for each person; `pairs`: number of pairs to review. */
  pages: readonly { reviewer: string; role: Role; pairs: number; url: string }[];
  /** File to which choices are added. */
  log: string;
  /** Number of pairs to judge. */
  pairs: number;
  /** PID of the process that serves the pages. */
  pid: number;
  close(): Promise<void>;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'let people judge pairs of answers, blind, on a local page',
  arguments: ({ argument }) => [
    argument('pairs', 'PAIRS', 'a file of rows {prompt, a, b}, or the folder of a run or comparison'),
  ],
  options: ({ z, text, texts, count, number, parsed, flag, inMemory }) => ({
    reviewer: texts('NAME', 'reviewer with a page of their own; can be repeated'),
    adjudicator: texts('NAME', 'reviewer who decides disagreements'),
    viewer: texts('NAME', 'person who can only look at pairs'),
    maxPairs: count('PAIRS', 'maximum number of pairs: those that differ most, and a random share'),
    overlap: number('SHARE', 'share of pairs that all reviewers see (all)', { least: 0, most: 1 }),
    gold: text('FILE', 'pairs with a known right choice, hidden among the others'),
    hours: number('HOURS', 'time after which the pages close', { least: 0, isAbove: true }),
    against: text('SYSTEM', 'for a comparison: the system to compare answers with (the strongest)'),
    rubric: parsed(z.union([z.string(), z.custom<RubricInput>()]), 'FILE', 'criteria to rate both answers by as well', {
      read: String,
    }),
    open: flag('write the report without opening a browser', { flag: '--no-open' }),
    seed: inMemory<number>('draws the order of pairs and sides, and the random share (0)'),
  }),
  effects: ['listens', 'writes-files'],
  examples: ['review runs/tickets', 'review pairs.jsonl --reviewer anna --reviewer ben'],
  streamsJson: true,
  async run({ pairs, open = false, ...options }): Promise<OpenReview> {
    const { openReview } = await import('../review/open-review.ts');
    const review = await openReview(pairs, options);
    if (open) await openPages(review);
    return review;
  },
  async inTerminal({ pairs, open, ...options }, console) {
    const { openReview } = await import('../review/open-review.ts');
    const signal = console.stopSignal('closing the page; every choice is saved');
    const review = await openReview(pairs, options);
    try {
      announce(review, console);
      if (console.isInteractive && open !== false) await openPages(review);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await review.close();
    }
    return undefined;
  },
});

function announce(review: OpenReview, { isJson, out }: Console): void {
  if (isJson) process.stdout.write(`${JSON.stringify(review)}\n`);
  const { cyan, dim } = out.colours;
  for (const { reviewer, role, pairs: own, url } of review.pages) {
    const told = role === 'reviewer' ? reviewer : `${reviewer} (${role})`;
    out.line(`${told}  ${plural(own, 'pairs')}  ${cyan(url)}`);
    if (role === 'adjudicator' && own === 0)
      out.line(dim('  no disagreements yet: open the review again after reviewers have chosen'));
  }
  out.line(dim(`choices are kept in ${shortPath(review.log)}; Ctrl-C ends it`));
}

/** Opens the browser only for a single page: several pages are for several people. */
async function openPages({ pages }: OpenReview): Promise<void> {
  if (pages.length > 1) return;
  const { openBrowser } = await import('../page/browser.ts');
  await openBrowser(pages[0].url);
}
