import { plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'fetch a published set of prompts for attune safety, and show its licence',
  arguments: [{ name: 'NAME', summary: 'xstest or ailuminate', required: true }],
  options: [{ name: '--from', value: 'URL', summary: 'a mirror in place of https://raw.githubusercontent.com' }],
  examples: ['safety pull xstest'],
  async run(context) {
    const { pullSafetySet } = await import('../../app/safety/published.ts');
    const from = context.option('--from');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) => pullSafetySet(context.argument('NAME')!, { from, onEvent, signal }));
  },
  render: ({ name, rows, licence, by, file }, { colours }) =>
    [`${name}: ${plural(rows, 'prompts')} by ${by}`, `licence: ${licence}`, colours.dim(file)].join('\n'),
});
