import type { UnreadableRun } from '../../app/runs.ts';
import { formatNumber, formatTime } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { paintStatus } from '../run-text.ts';
import { shortPath } from '../short-path.ts';
import { formatTable, tableWidth } from '../table.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'list runs, newest first',
  arguments: [{ name: 'FOLDER', summary: 'where to look for runs besides the known ones (runs)', many: true }],
  options: [{ name: '--limit', value: 'N', summary: 'show the newest N only' }],
  async run(context) {
    const { findRuns } = await import('../../app/runs.ts');
    const folders = context.arguments.length > 0 ? context.arguments : undefined;
    const unreadable: UnreadableRun[] = [];
    const onUnreadable = (run: UnreadableRun): void => void unreadable.push(run);
    const runs = await findRuns({ folders, limit: context.count('--limit'), onUnreadable });
    for (const { folder, reason } of unreadable)
      context.log.line(`${context.log.colours.yellow('!')} the run in ${shortPath(folder)} cannot be read: ${reason}`);
    return { runs, ...(unreadable.length > 0 && { unreadable }) };
  },
  render({ runs }, terminal) {
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
