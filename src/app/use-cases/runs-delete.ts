import type { RunToDelete } from '../tidy-runs.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'delete runs and their folders',
  arguments: ({ arguments: all }) => [all('runs', 'RUN', "a run's folder, name or id")],
  options: ({ flag }) => ({ yes: flag('do not ask') }),
  effects: ['deletes'],
  examples: ['runs delete runs/tickets-2', 'runs delete tickets-2 tickets-3 --yes'],
  async run({ runs }): Promise<{ deleted: RunToDelete[] }> {
    const { deleteRuns } = await import('../tidy-runs.ts');
    return { deleted: await deleteRuns(runs) };
  },
  async inTerminal({ runs: wanted, yes }, { isInteractive, log }): Promise<{ deleted: RunToDelete[] }> {
    const { deleteRuns, findDeletable } = await import('../tidy-runs.ts');
    const runs = await findDeletable(wanted);
    if (yes !== true) {
      if (!isInteractive) throw unasked(runs.length);
      for (const { folder, status, bytes } of runs)
        log.line(`  ${shortPath(folder)}  ${status}, ${formatBytes(bytes)}`);
      const { askDeletion } = await import('../terminal/ask-questions.ts');
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
    what: `Deleting ${count === 1 ? 'a run' : `${count} runs`} needs confirmation`,
    fix: 'add --yes',
  });
}
