import { plural } from '../../base/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { vectorColumnFields, vectorRowsField } from './shared/vector-fields.ts';
import { deviceField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Hit } from '../retrieve/open-index.ts';

/** A query with the rows that match it best. */
export interface QueryHits {
  /** Columns of the query. */
  query: Record<string, unknown>;
  hits: Omit<Hit, 'place'>[];
}

export interface Queried {
  queries: number;
  /** Number of rows that were searched. */
  rows: number;
  kind: 'exact' | 'clustered';
  /** File that was written. */
  file?: string;
  /** Present if no output file was given. */
  answers?: QueryHits[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'find the rows of an index that best match a text or image',
  arguments: ({ argument }) => [argument('index', 'INDEX', 'index folder, from `retrieve index`')],
  options: (fields) => ({
    text: fields.texts('TEXT', 'a query; can be repeated'),
    image: fields.texts('FILE', 'an image as the query, for text-and-image models'),
    input: vectorRowsField(fields, 'a file of queries'),
    topK: fields.count('COUNT', 'rows per query (5)'),
    output: fields.text('FILE', 'output file, .csv or .jsonl', { aliases: ['--to'] }),
    ...vectorColumnFields(fields, 'column of the queries; join several with commas'),
    model: fields.text('FOLDER', "the model's folder, if it has moved"),
    ...deviceField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'retrieve query faq-index --text "my parcel is broken"',
    'retrieve query faq-index --input queries.csv --top-k 3 --output hits.csv',
    'retrieve query photo-index --text "a red bicycle"',
  ],
  stopping: 'stopping; no file is written',
  async run({ index, ...options }, call): Promise<Queried> {
    const { query } = await import('../retrieve/query-rows.ts');
    return query(index, { ...options, ...call });
  },
  render({ queries, file, answers }, terminal) {
    if (answers === undefined) return `${terminal.colours.green('✓')} ${file}: hits of ${plural(queries, 'queries')}`;
    return answers.map((answer) => hitsText(answer, terminal)).join('\n\n');
  },
});

function hitsText({ query, hits }: QueryHits, { colours }: Terminal): string {
  const lines = hits.map(({ score, row }) => `${colours.cyan(score.toFixed(3).padStart(7))}  ${shown(row)}`);
  return [colours.bold(shown(query)), ...lines].join('\n');
}

function shown(row: Readonly<Record<string, unknown>>): string {
  const values = Object.values(row).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return values.join(' · ').replaceAll(/\s+/g, ' ');
}
