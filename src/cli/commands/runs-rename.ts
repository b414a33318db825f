import { AttuneError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'give a run another name',
  arguments: [
    { name: 'RUN', summary: 'its folder, name or id', required: true },
    { name: 'NEW', summary: "the folder's new name, beside the old one", required: true },
  ],
  examples: ['runs rename runs/tickets-2 tickets-low-rate'],
  async run(context) {
    const { renameRunTo } = await import('../../app/tidy-runs.ts');
    const [wanted, name] = [context.argument('RUN'), context.argument('NEW')];
    if (wanted === undefined || name === undefined)
      throw new AttuneError('E_USAGE', { what: 'There is no new name', fix: 'attune runs rename RUN NEW' });
    return renameRunTo(wanted, name);
  },
  render: ({ folder }, { colours }) => `${colours.green('✓')} ${shortPath(folder)}`,
});
