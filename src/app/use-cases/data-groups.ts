import { groupFields } from './shared/group-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { GroupReport } from '../../scoring/statistics/group-tally.ts';

/** Location of a row, with its first words. */
export interface GroupedRow {
  at: string;
  text: string;
}

export type DataGroups = GroupReport<GroupedRow> & { files: string[] };

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'count groups of people in the rows, and the balance of labels among them',
  arguments: ({ arguments: all }) => [all('files', 'FILE', 'rows: .jsonl, .json, .csv, .parquet')],
  options: (fields) => ({
    ...groupFields(fields),
    labelColumn: fields.text('NAME', 'the label (label, labels, category, or a short answer)'),
    minRows: fields.count('ROWS', 'mark groups with fewer rows (30)'),
  }),
  effects: [],
  examples: ['data groups tickets.jsonl', 'data groups tickets.jsonl --group-column region --group-column gender'],
  stopping: 'stopping',
  async run({ files, ...options }, call): Promise<DataGroups> {
    const { describeGroups } = await import('../fairness/groups.ts');
    return describeGroups(files, { ...options, ...call });
  },
  async render(groups, terminal) {
    const { describeGroupReport } = await import('./text/groups.ts');
    return describeGroupReport(groups, terminal);
  },
});
