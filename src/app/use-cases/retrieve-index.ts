import { formatCount, formatPercent, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { baseField, deviceField } from './shared/sampling-fields.ts';
import { poolingField, vectorColumnFields, vectorRowsField } from './shared/vector-fields.ts';
import { defineUseCase } from './use-case.ts';

export interface CreatedIndex {
  folder: string;
  /** Number of rows added now. */
  added: number;
  rows: number;
  kind: 'exact' | 'clustered';
  width: number;
  /** Columns from which the vectors were computed. */
  columns: readonly string[];
  /** Number of texts truncated to the model's maximum length. */
  cut: number;
  /** Recall@10 of an approximate index. */
  recall?: number;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'build a search index of texts or images',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or an embedding model')],
  options: (fields) => ({
    input: fields.required(vectorRowsField(fields, 'rows in any format that training reads, or a folder of images')),
    output: fields.required(fields.text('FOLDER', 'output folder', { aliases: ['--to'] })),
    add: fields.flag('add the rows to the index in FOLDER'),
    ...vectorColumnFields(fields),
    ...poolingField(fields),
    exact: fields.flag('compare every row with every query; by default, many rows are clustered'),
    ...baseField(fields),
    ...deviceField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'retrieve index runs/faq --input docs.csv --text-column body --output faq-index',
    'retrieve index runs/faq --input more.csv --text-column body --output faq-index --add',
    'retrieve index models/clip --input photos --output photo-index',
  ],
  stopping: 'stopping; no index is written',
  async run({ model, ...options }, call): Promise<CreatedIndex> {
    const { createIndex } = await import('../retrieve/create-index.ts');
    return createIndex(model, { ...options, ...call });
  },
  render({ folder, added, rows, kind, recall, columns, cut }, { colours }) {
    const path = shortPath(folder);
    const more = added === rows ? '' : `, ${formatCount(added)} of them new`;
    const how =
      kind === 'exact'
        ? 'every row is compared'
        : `approximate: finds ${formatPercent(recall ?? 0)} of the ten best rows`;
    const lines = [
      `${colours.green('✓')} ${path}: ${plural(rows, 'rows')}${more}, from ${columns.join(' and ')}; ${how}`,
    ];
    if (cut > 0)
      lines.push(
        colours.yellow(`! ${plural(cut, 'texts')} longer than the model's context: only the beginning is searched`),
      );
    return [...lines, colours.dim(`  to search it: attune retrieve query ${path} --text "…"`)].join('\n');
  },
});
