import { AttuneError } from '../../base/errors.ts';
import { formatBytes, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'delete runs, with their folders',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true, many: true }],
  options: [{ name: '--yes', summary: 'do not ask' }],
  examples: ['runs delete runs/tickets-2', 'runs delete tickets-2 tickets-3 --yes'],
  async run(context) {
    const { deleteRuns, findDeletable } = await import('../../app/tidy-runs.ts');
    const runs = await findDeletable(context.arguments);
    if (!context.has('--yes')) {
      if (!context.isInteractive) throw unasked(runs.length);
      for (const { folder, status, bytes } of runs)
        context.log.line(`  ${shortPath(folder)}  ${status}, ${formatBytes(bytes)}`);
      const { askDeletion } = await import('../questions.ts');
      await askDeletion(plural(runs.length, 'runs'));
    }
    return { deleted: await deleteRuns(runs.map(({ folder }) => folder)) };
  },
  render: ({ deleted }, { colours }) =>
    deleted
      .map(({ folder, bytes }) => `${colours.green('✓')} ${shortPath(folder)} is deleted (${formatBytes(bytes)})`)
      .join('\n'),
});

function unasked(count: number): AttuneError {
  return new AttuneError('E_USAGE', {
    what: `${count === 1 ? 'A run is' : `${count} runs are`} deleted only when that is confirmed`,
    fix: 'add --yes',
  });
}
