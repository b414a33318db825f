import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import type { QueryHits } from '../../app/retrieve/query-rows.ts';
import { defineCommand } from '../command.ts';
import { columnsOf } from '../embedding-options.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'find the rows of an index that fit a text or an image best',
  arguments: [{ name: 'INDEX', summary: 'folder that `retrieve index` wrote', required: true }],
  options: [
    { name: '--text', value: 'TEXT', many: true, summary: 'a query; may be repeated' },
    { name: '--image', value: 'FILE', many: true, summary: 'an image as the query, for models that read both' },
    { name: '--input', value: 'FILE', summary: 'a file of queries' },
    { name: '--top-k', value: 'COUNT', summary: 'rows for each query (5)' },
    { name: '--output', aliases: ['--to'], value: 'FILE', summary: 'file to write, .csv or .jsonl' },
    { name: '--text-column', value: 'NAME', summary: 'column of the queries; join several with commas' },
    { name: '--image-column', value: 'NAME', summary: 'column that names an image file' },
    { name: '--model', value: 'FOLDER', summary: "the model's folder, if it has moved" },
  ],
  examples: [
    'retrieve query faq-index --text "my parcel is broken"',
    'retrieve query faq-index --input queries.csv --top-k 3 --output hits.csv',
    'retrieve query photo-index --text "a red bicycle"',
  ],
  async run(context) {
    const { query } = await import('../../app/retrieve/query-rows.ts');
    const input = context.option('--input');
    const texts = context.all('--text');
    const images = context.all('--image');
    checkQueries([input !== undefined, texts.length > 0, images.length > 0]);
    const rows = texts.length > 0 ? texts : images.map((image) => ({ image }));
    const signal = context.stopSignal('stopping; no file is written');
    return withProgress(context, (onEvent) =>
      query(context.argument('INDEX')!, {
        ...(input === undefined ? { rows } : { input }),
        topK: context.count('--top-k'),
        to: context.option('--output'),
        ...columnsOf(context),
        model: context.option('--model'),
        onEvent,
        signal,
      }),
    );
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

function checkQueries(given: readonly boolean[]): void {
  const count = given.filter(Boolean).length;
  if (count === 1) return;
  throw new AttuneError('E_USAGE', {
    what: count === 0 ? 'There is no query' : 'Queries come from one place',
    fix: 'give a text: --text "…"; or a file: --input queries.csv',
  });
}
