import { AttuneError } from '../../base/errors.ts';
import { formatCount, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { embeddingOptions, poolingOf, columnsOf } from '../embedding-options.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make vectors of texts or images',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's or a model's: one of vectors", required: true }],
  options: [
    { name: '--input', value: 'FILE', summary: 'rows in any format that training reads, or a folder of images' },
    { name: '--text', value: 'TEXT', many: true, summary: 'a text; may be repeated' },
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FILE',
      summary: 'file to write: .npy, .jsonl or .safetensors; rows are written beside or into it',
    },
    ...embeddingOptions,
    { name: '--prompt', value: 'NAME', summary: "put one of the model's own prompts before every text" },
    { name: '--base', summary: 'the base model, without the adapter' },
  ],
  examples: [
    'embed runs/faq --input faq.csv --text-column answer --output vectors.npy',
    'embed runs/faq --text "How do I return a parcel?"',
    'embed models/clip --input photos --output photos.safetensors',
  ],
  async run(context) {
    const [{ embed }, { shortest }] = await Promise.all([
      import('../../app/embed/embed.ts'),
      import('../../app/embed/vector-file.ts'),
    ]);
    const to = context.option('--output');
    const input = context.option('--input');
    const texts = context.all('--text');
    checkSources(input, texts, to);
    const signal = context.stopSignal('stopping; no file is written');
    const { vectors, ...about } = await withProgress(context, (onEvent) =>
      embed(context.argument('MODEL')!, {
        input,
        rows: input === undefined ? texts : undefined,
        to,
        ...columnsOf(context),
        prompt: context.option('--prompt'),
        base: context.has('--base'),
        pooling: poolingOf(context),
        onEvent,
        signal,
      }),
    );
    // Standard output is for the vectors alone then.
    if (vectors !== undefined)
      for (const note of cutNotes(about.cut)) context.log.line(context.log.colours.yellow(note));
    return { ...about, vectors: vectors?.map((vector) => Array.from(vector, shortest)) };
  },
  render({ rows, width, files, cut, vectors, columns, isNormalised }, { colours }) {
    if (vectors !== undefined) return vectors.map((vector) => JSON.stringify(vector)).join('\n');
    const made = `${formatCount(rows)} × ${width}${isNormalised ? ', of length 1' : ''}, made of ${columns.join(' and ')}`;
    const [first, ...others] = files!.map(shortPath);
    const beside = others.map((file) => `  its rows, line by line: ${file}`);
    return [`${colours.green('✓')} ${first}: ${made}`, ...beside, ...cutNotes(cut).map(colours.yellow)].join('\n');
  },
});

function cutNotes(cut: number): string[] {
  const are = cut === 1 ? 'is' : 'are';
  return cut === 0 ? [] : [`! ${plural(cut, 'texts')} ${are} longer than the model reads: only the beginning counts`];
}

/** Numbers of a whole file on standard output would help nobody. */
function checkSources(input: string | undefined, texts: readonly string[], to: string | undefined): void {
  if (input !== undefined && texts.length > 0)
    throw new AttuneError('E_USAGE', { what: 'Rows come from --input or from --text, not from both' });
  if (input === undefined && texts.length === 0) {
    const fix = 'name a file: --input rows.csv; or give a text: --text "…"';
    throw new AttuneError('E_USAGE', { what: 'There is nothing to make vectors of', fix });
  }
  if (input !== undefined && to === undefined)
    throw new AttuneError('E_USAGE', { what: 'Vectors of a file need one to go to', fix: 'add --output vectors.npy' });
}
