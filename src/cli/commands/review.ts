import { once } from 'node:events';
import { plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { numberOf } from '../sampling.ts';
import { noOpen } from '../show-page.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'let people judge pairs of answers, blind, on a local page',
  arguments: [
    { name: 'PAIRS', summary: 'a file of rows {prompt, a, b}, or the folder of a run or comparison', required: true },
  ],
  options: [
    { name: '--reviewer', value: 'NAME', many: true, summary: 'whose page it is; may be repeated for several pages' },
    { name: '--adjudicator', value: 'NAME', many: true, summary: 'decides where reviewers chose differently' },
    { name: '--viewer', value: 'NAME', many: true, summary: 'only looks; nothing of it is kept' },
    { name: '--max-pairs', value: 'PAIRS', summary: 'at most so many: those that differ most, and a random share' },
    { name: '--overlap', value: 'SHARE', summary: 'share of pairs that all reviewers see (all)' },
    { name: '--gold', value: 'FILE', summary: 'pairs with their right choice, hidden among the others' },
    { name: '--hours', value: 'HOURS', summary: 'close the pages after so long' },
    {
      name: '--against',
      value: 'SYSTEM',
      summary: 'for a comparison: the system to compare answers with (the strongest)',
    },
    { name: '--rubric', value: 'FILE', summary: 'criteria to rate both answers by as well' },
    noOpen,
  ],
  examples: ['review runs/tickets', 'review pairs.jsonl --reviewer anna --reviewer ben'],
  streamsJson: true,
  async run(context) {
    const { openReview } = await import('../../app/review/open-review.ts');
    const reviewers = context.all('--reviewer');
    const signal = context.stopSignal('closing the page; every choice is saved');
    const review = await openReview(context.argument('PAIRS')!, {
      reviewers: reviewers.length > 0 ? reviewers : undefined,
      adjudicators: context.all('--adjudicator'),
      viewers: context.all('--viewer'),
      maxPairs: context.count('--max-pairs'),
      overlap: numberOf(context, '--overlap', { least: 0, most: 1 }),
      gold: context.option('--gold'),
      hours: numberOf(context, '--hours', { least: 0, isAbove: true }),
      against: context.option('--against'),
      rubric: context.option('--rubric'),
    });
    const { pages, log, pairs } = review;
    try {
      if (context.isJson) process.stdout.write(`${JSON.stringify({ pages, log, pairs, pid: process.pid })}\n`);
      const { cyan, dim } = context.out.colours;
      for (const { reviewer, role, pairs: own, url } of pages) {
        const told = role === 'reviewer' ? reviewer : `${reviewer} (${role})`;
        context.out.line(`${told}  ${plural(own, 'pairs')}  ${cyan(url)}`);
        if (role === 'adjudicator' && own === 0) {
          context.out.line(dim('  no pair is disputed yet: open the review again once reviewers have chosen'));
        }
      }
      context.out.line(dim(`choices are kept in ${shortPath(log)}; Ctrl-C ends it`));
      if (context.isInteractive && !context.has(noOpen.name) && pages.length === 1) {
        const { openBrowser } = await import('../../app/page/browser.ts');
        await openBrowser(pages[0].url);
      }
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await review.close();
    }
    return undefined;
  },
  render: () => '',
});
