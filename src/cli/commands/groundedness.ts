import { defineCommand } from '../command.ts';
import { endpointOptions, judgeOf } from '../endpoint-options.ts';
import { describeGroundedness } from '../groundedness-text.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'whether answers stand in their sources, and whether a model says that it does not know',
  arguments: [{ name: 'MODEL', summary: "a run's folder, name or id, an adapter's, a model's", required: true }],
  options: [
    {
      name: '--data',
      value: 'FILE',
      required: true,
      summary: 'rows {question, source, answer, prompt}; an empty answer where the source is silent',
    },
    { name: '--before', value: 'MODEL', summary: 'what to set it against; the base model unless given' },
    { name: '--instruction', value: 'TEXT', summary: 'what the base is told, as a system of its own' },
    { name: '--endpoint', value: 'URL', summary: 'https://HOST/v1 of who judges, in place of the classifier' },
    { name: '--model', value: 'NAME', summary: "the judge's name there" },
    { name: '--max-rows', value: 'ROWS', summary: 'the first so many; all unless given' },
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer; 96 unless given' },
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FOLDER',
      summary: "where groundedness.json is written; the run's own unless given",
    },
    ...endpointOptions,
  ],
  examples: ['groundedness runs/manual --data questions.jsonl'],
  async run(context) {
    const data = context.option('--data')!;
    const judge = judgeOf(context);
    const { groundedness } = await import('../../app/groundedness/groundedness.ts');
    const options = {
      data,
      judge,
      before: context.option('--before'),
      instruction: context.option('--instruction'),
      maxRows: context.count('--max-rows'),
      maxNewTokens: context.count('--max-new-tokens'),
      folder: context.option('--output'),
      signal: context.stopSignal('stopping; nothing is kept'),
    };
    return withProgress(context, (onEvent) => groundedness(context.argument('MODEL')!, { ...options, onEvent }));
  },
  render: describeGroundedness,
});
