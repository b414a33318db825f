import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: "write a model's own refusals and answers as rows to replay while it is tuned",
  arguments: [{ name: 'MODEL', summary: 'the model that is going to be tuned', required: true }],
  options: [
    { name: '--output', aliases: ['--to'], value: 'FILE', required: true, summary: 'the file of rows to write' },
    {
      name: '--set',
      value: 'FILE',
      many: true,
      summary: 'prompts in place of our own: rows {prompt, category, kind}, or a published set; measure with others',
    },
    { name: '--system', value: 'TEXT', summary: "the system message; that of the model's training unless given" },
    { name: '--max-rows', value: 'ROWS', summary: 'prompts of each kind; all unless given' },
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longer answers are left out; 128 unless given' },
  ],
  examples: ['safety rows Qwen/Qwen2.5-0.5B-Instruct --output refusals.jsonl'],
  async run(context) {
    const { safetyRows } = await import('../../app/safety/rows.ts');
    const to = context.option('--output');
    if (to === undefined) {
      const fix = 'attune safety rows MODEL --output refusals.jsonl';
      throw new AttuneError('E_USAGE', { what: 'safety rows needs --output, a file to write', fix });
    }
    const options = {
      to,
      sets: context.all('--set'),
      systemPrompt: context.option('--system'),
      maxRows: context.count('--max-rows'),
      maxNewTokens: context.count('--max-new-tokens'),
      signal: context.stopSignal('stopping; nothing is written'),
    };
    return withProgress(context, (onEvent) => safetyRows(context.argument('MODEL')!, { ...options, onEvent }));
  },
  render: ({ file, kinds }, { colours }) => {
    const replay = `retention: { replay: { path: ${shortPath(file)}, share: 0.1 } }`;
    return [
      `${colours.green('✓')} ${shortPath(file)}`,
      ...kinds.map(({ kind, asked, kept, tooLong }) => {
        const left = tooLong > 0 ? ` (${plural(tooLong, 'answers')} too long)` : '';
        return `  ${kept} of ${plural(asked, `${kind} requests`)} ${kind === 'harmful' ? 'refused' : 'answered'}${left}`;
      }),
      `  in a recipe: ${replay}`,
    ].join('\n');
  },
});
