import { defineCommand } from '../command.ts';
import { endpointOptions, judgeOf } from '../endpoint-options.ts';
import { describePolicy } from '../../app/use-cases/text/policy.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'how often a model breaks your own rules for answers, before and after training',
  arguments: [{ name: 'MODEL', summary: "a run's folder, name or id, an adapter's, a model's", required: true }],
  options: [
    { name: '--rules', value: 'FILE', summary: 'YAML: rules, and prompts to try them with', required: true },
    { name: '--prompts', value: 'FILE', summary: "rows {prompt} in place of the file's own" },
    { name: '--before', value: 'MODEL', summary: 'what to set it against; the base model unless given' },
    { name: '--system', value: 'TEXT', summary: "the system message; the training rows' own unless given" },
    { name: '--endpoint', value: 'URL', summary: 'https://HOST/v1 of who judges what no program can' },
    { name: '--model', value: 'NAME', summary: "the judge's name there" },
    { name: '--items', value: 'FOLDER', summary: 'write pairs and criteria there, for attune review' },
    { name: '--max-rows', value: 'ROWS', summary: 'prompts at most' },
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer; 256 unless given' },
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FOLDER',
      summary: "where policy.json is written; the run's own unless given",
    },
    ...endpointOptions,
  ],
  examples: [
    'policy runs/tickets --rules rules.yaml',
    'policy runs/tickets --rules rules.yaml --endpoint http://localhost:8000/v1 --model large --items review',
  ],
  async run(context) {
    const rules = context.option('--rules')!;
    const judge = judgeOf(context);
    const { checkPolicy } = await import('../../app/policy/policy.ts');
    const options = {
      rules,
      judge,
      prompts: context.option('--prompts'),
      before: context.option('--before'),
      systemPrompt: context.option('--system'),
      items: context.option('--items'),
      maxRows: context.count('--max-rows'),
      maxNewTokens: context.count('--max-new-tokens'),
      folder: context.option('--output'),
      signal: context.stopSignal('stopping; what the judge has answered is kept'),
    };
    return withProgress(context, (onEvent) => checkPolicy(context.argument('MODEL')!, { ...options, onEvent }));
  },
  render: describePolicy,
});
