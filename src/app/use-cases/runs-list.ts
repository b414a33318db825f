import type { UnreadableRun } from '../find-runs.ts';
import { formatNumber, formatTime } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'list runs, newest first',
  arguments: ({ optionalArguments }) => [
    optionalArguments('folders', 'FOLDER', 'further places to look for runs (runs)'),
  ],
  options: ({ count }) => ({ limit: count('N', 'show the newest N only') }),
  effects: [],
  async run({ folders, limit }, { onNotice }) {
    const { findRuns, withConclusions } = await import('../find-runs.ts');
    const unreadable: UnreadableRun[] = [];
    const onUnreadable = (run: UnreadableRun): void => void unreadable.push(run);
    const runs = withConclusions(await findRuns({ folders, limit, onUnreadable }));
    for (const { folder, reason } of unreadable) onNotice(`the run in ${shortPath(folder)} cannot be read: ${reason}`);
    return { runs, ...(unreadable.length > 0 && { unreadable }) };
  },
  async render({ runs }, terminal) {
    const { paintStatus } = await import('./text/run.ts');
    const { colours } = terminal;
    if (runs.length === 0) return `No runs yet. Start one with ${colours.cyan('attune train RECIPE')}`;
    const rows = runs.map((run) => [
      run.name,
      run.status,
      run.steps === undefined ? String(run.step) : `${run.step}/${run.steps}`,
      run.loss === undefined ? '' : formatNumber(run.loss),
      run.model ?? '',
      formatTime(run.createdAt),
      shortPath(run.folder),
    ]);
    const columns = [
      { title: 'run', isName: true },
      { title: 'status', paint: paintStatus },
      { title: 'step', isNumeric: true },
      { title: "last step's loss", isNumeric: true },
      { title: 'model', isName: true },
      { title: 'started' },
      { title: 'folder', isName: true },
    ];
    return formatTable(columns, rows, colours, tableWidth(terminal));
  },
});
