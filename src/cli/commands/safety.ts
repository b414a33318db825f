import { defineCommand } from '../command.ts';
import { describeSafety } from '../../app/use-cases/text/safety.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'how a model answers harmful and harmless requests, before and after training',
  arguments: [{ name: 'MODEL', summary: "a run's folder, name or id, an adapter's, a model's", required: true }],
  options: [
    { name: '--before', value: 'MODEL', summary: 'what to set it against; the base model unless given' },
    {
      name: '--set',
      value: 'FILE',
      many: true,
      summary: 'more prompts: rows {prompt, category, kind}, or a published set',
    },
    { name: '--system', value: 'TEXT', summary: "the system message; the training rows' own unless given" },
    { name: '--canaries', value: 'FILE', summary: 'planted secrets, from attune data redact --canaries' },
    { name: '--max-rows', value: 'ROWS', summary: 'of each set; all unless given' },
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer; 64 unless given' },
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FOLDER',
      summary: "where safety.json is written; the run's own unless given",
    },
  ],
  examples: ['safety runs/tickets', 'safety runs/tickets --set xstest --max-rows 50', 'safety attune-base --json'],
  async run(context) {
    const { safety } = await import('../../app/safety/safety.ts');
    const options = {
      before: context.option('--before'),
      sets: context.all('--set'),
      systemPrompt: context.option('--system'),
      canaries: context.option('--canaries'),
      maxRows: context.count('--max-rows'),
      maxNewTokens: context.count('--max-new-tokens'),
      folder: context.option('--output'),
      signal: context.stopSignal('stopping; nothing is kept'),
    };
    return withProgress(context, (onEvent) => safety(context.argument('MODEL')!, { ...options, onEvent }));
  },
  render: describeSafety,
});
