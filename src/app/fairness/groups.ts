import { AttuneError, type Problem } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { PROVENANCE } from '../../data/index.ts';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';
import { GroupTally, type GroupReport } from '../../scoring/statistics/group-tally.ts';
import { groupsOfRow, answersOf, textOfRow } from '../../preparation/index.ts';
import type { useCase, DataGroups, GroupedRow } from '../use-cases/data-groups.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

export type GroupsOptions = CallOptions<typeof useCase>;

const SHOWN_CHARACTERS = 300;
const ROWS_BETWEEN_REPORTS = 2000;

/**
 * Describes groups in the rows of files: their shares with confidence intervals, and how their labels differ from
 * those of other groups. Without columns, groups are found by mentions in texts.
 * @throws AttuneError E_FILE_MISSING, E_UNKNOWN_CONTAINER, E_BAD_COLUMNS, E_BAD_ROWS, E_NO_ROWS
 */
export async function describeGroups(files: readonly string[], options: GroupsOptions = {}): Promise<DataGroups> {
  const { groupColumn: columns = [], mentions = columns.length === 0, labelColumn, minRows, onEvent, signal } = options;
  const tally = new GroupTally<GroupedRow>({ leastRows: minRows });
  const seen = new Set<string>();
  const problems: Problem[] = [];
  let rows = 0;
  for (const file of files) {
    onEvent?.({ type: 'phase-started', phase: 'data', message: `counting the groups of ${file}` });
    const before = rows;
    for await (const { line, value } of rawRows(file, (problem) => problems.push(problem))) {
      signal?.throwIfAborted();
      const { [PROVENANCE]: _origins, ...values } = value;
      const text = textOfRow({ kind: 'row', values, origins: [] });
      for (const column of Object.keys(values)) seen.add(column);
      const told = groupsOfRow(values, text, { columns, mentions });
      const labels = answersOf(values, labelColumn);
      tally.add(told, labels, { at: `${file}:${line}`, text: text.slice(0, SHOWN_CHARACTERS) });
      if (++rows % ROWS_BETWEEN_REPORTS === 0)
        onEvent?.({ type: 'work-advanced', phase: 'data', done: rows, unit: 'rows' });
    }
    requireWhole(file, { rows: rows - before, problems });
  }
  const report = tally.report();
  refuseEmpty(report, [...seen]);
  return { ...report, files: [...files] };
}

/** A column missing from all rows would show up as an empty group. */
function refuseEmpty({ axes }: GroupReport<GroupedRow>, present: readonly string[]): void {
  const empty = axes.filter(({ by, rows }) => by === 'column' && rows === 0);
  if (empty.length === 0) return;
  throw new AttuneError('E_BAD_COLUMNS', {
    what: 'No row has a value in any group column',
    expected: `some of ${present.join(', ')}`,
    problems: empty.map(({ axis }) => {
      const close = nearest(axis, present);
      return { field: axis, message: 'has no value', ...(close !== undefined && { fix: `did you mean "${close}"?` }) };
    }),
  });
}
