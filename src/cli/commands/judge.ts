import type { Judgement } from '../../app/judge/judge.ts';
import { defineCommand } from '../command.ts';
import { endpointLimits, endpointOptions } from '../endpoint-options.ts';
import { describeJudgement } from '../judgement-text.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand<Judgement>({
  section: 'Use',
  summary: 'let a model behind an endpoint judge answers, and measure the judge against people',
  arguments: [
    {
      name: 'PAIRS',
      summary: 'a file of rows {prompt, a, b}, or the folder of a run or comparison',
      required: true,
    },
  ],
  options: [
    { name: '--endpoint', value: 'URL', summary: 'https://HOST/v1, of an OpenAI-compatible server', required: true },
    { name: '--model', value: 'NAME', summary: "the judge's name there", required: true },
    {
      name: '--against',
      value: 'SYSTEM',
      summary: 'for a comparison: the system to compare answers with (the strongest)',
    },
    { name: '--instruction', value: 'TEXT', summary: 'the criterion, in one sentence' },
    { name: '--rubric', value: 'FILE', summary: 'rate each answer by the criteria of this file instead' },
    { name: '--labels', value: 'FILE', summary: "people's preferences, or a review's log, to measure the judge by" },
    { name: '--max-rows', value: 'ROWS', summary: 'number of rows, from the beginning (all)' },
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer of the judge (1024)' },
    { name: '--output', aliases: ['--to'], value: 'FILE', summary: 'keep everything there, as JSON' },
    ...endpointOptions,
  ],
  examples: [
    'judge runs/tickets --endpoint https://api.example.com/v1 --model large --prices 2,8 --max-cost 5',
    'judge pairs.jsonl --endpoint http://localhost:8000/v1 --model tickets --labels pairs.review.jsonl',
  ],
  async run(context) {
    const endpoint = context.option('--endpoint')!;
    const model = context.option('--model')!;
    const { judge } = await import('../../app/judge/judge.ts');
    const options = {
      endpoint,
      model,
      against: context.option('--against'),
      instruction: context.option('--instruction'),
      rubric: context.option('--rubric'),
      labels: context.option('--labels'),
      maxRows: context.count('--max-rows'),
      maxNewTokens: context.count('--max-new-tokens'),
      to: context.option('--output'),
      limits: endpointLimits(context),
      signal: context.stopSignal('stopping; what the judge has answered is kept'),
    };
    return withProgress(context, (onEvent) => judge(context.argument('PAIRS')!, { ...options, onEvent }));
  },
  render: describeJudgement,
});
