import { formatTime } from '../../base/format.ts';
import type { AliasChange } from '../../store/registry/index.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import type { ModelHistory } from '../registry/history.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list the versions of a registered model and the history of its aliases',
  arguments: ({ argument }) => [argument('name', 'NAME', 'a registered model')],
  effects: [],
  examples: ['models history tickets'],
  async run({ name }): Promise<ModelHistory> {
    const { modelHistory } = await import('../registry/history.ts');
    return modelHistory(name);
  },
  render({ versions, aliases, changes, rollouts }, terminal) {
    const named = (version: number) =>
      Object.entries(aliases).flatMap(([alias, number]) => (number === version ? [alias] : []));
    const rows = versions
      .toReversed()
      .map(({ version, folder, verdict, gate, createdAt, createdBy }) => [
        String(version),
        named(version).join(', '),
        verdict ?? '',
        gate === undefined ? '' : gate.isPassed ? 'passed' : 'failed',
        shortPath(folder),
        createdBy,
        formatTime(createdAt),
      ]);
    const titles = ['version', 'aliases', 'verdict', 'gate', 'folder', 'by', 'since'];
    const columns = titles.map((title) => ({ title, isName: title === 'folder' }));
    const trials = rollouts.map(
      ({ version, from, stage, reason, stageAt }) =>
        `${formatTime(stageAt)}  ${version} next to ${from}: ${stage}${reason === undefined ? '' : ` (${reason})`}`,
    );
    return [
      formatTable(columns, rows, terminal.colours, tableWidth(terminal)),
      ['', ...changes.map(describeChange)].join('\n'),
      ...(trials.length > 0 ? [['', 'trials', ...trials].join('\n')] : []),
    ].join('\n');
  },
});

function describeChange({ at, alias, from, to, action, by, reason }: AliasChange): string {
  const moved = from === undefined ? `${to}` : `${from} → ${to}`;
  return `${formatTime(at)}  ${alias} ${moved}, ${action} by ${by}${reason === undefined ? '' : ` (${reason})`}`;
}
