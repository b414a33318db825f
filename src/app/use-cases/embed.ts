import { AttuneError } from '../../base/errors.ts';
import { formatCount, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { withCall } from '../terminal/with-progress.ts';
import { baseField, deviceField } from './shared/sampling-fields.ts';
import { poolingField, vectorColumnFields, vectorRowsField } from './shared/vector-fields.ts';
import { defineUseCase } from './use-case.ts';

export interface Embedded {
  rows: number;
  width: number;
  isNormalised: boolean;
  /** Number of texts truncated to the model's maximum length. */
  cut: number;
  /** Columns from which the vectors were computed. */
  columns: readonly string[];
  /** Prompt prepended to every text. */
  prompt?: string;
  /** Files that were written. */
  files?: readonly string[];
  /** Present if no output file was given. */
  vectors?: number[][];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'embed texts or images as vectors',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or an embedding model')],
  options: (fields) => ({
    input: vectorRowsField(fields, 'rows in any format that training reads, or a folder of images'),
    text: fields.texts('TEXT', 'a text; can be repeated'),
    output: fields.text('FILE', 'output file: .npy, .jsonl or .safetensors; rows are written into it or next to it', {
      aliases: ['--to'],
    }),
    ...vectorColumnFields(fields),
    ...poolingField(fields),
    prompt: fields.text('NAME', "put one of the model's prompts before every text"),
    ...baseField(fields),
    ...deviceField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'embed runs/faq --input faq.csv --text-column answer --output vectors.npy',
    'embed runs/faq --text "How do I return a parcel?"',
    'embed models/clip --input photos --output photos.safetensors',
  ],
  async run({ model, ...options }, call): Promise<Embedded> {
    const { embed } = await import('../embed/embed.ts');
    return embed(model, { ...options, ...call });
  },
  async inTerminal({ model, ...options }, console): Promise<Embedded> {
    // Vectors of a whole file are of no use on standard output.
    if (options.input !== undefined && options.text === undefined && options.output === undefined)
      throw new AttuneError('E_USAGE', {
        what: 'Embedding a file requires an output file',
        fix: 'add --output vectors.npy',
      });
    const { embed } = await import('../embed/embed.ts');
    const embedded = await withCall(console, 'stopping; no file is written', (call) =>
      embed(model, { ...options, ...call }),
    );
    // Standard output then contains the vectors only.
    if (embedded.vectors !== undefined)
      for (const note of cutNotes(embedded.cut)) console.log.line(console.log.colours.yellow(note));
    return embedded;
  },
  render({ rows, width, files, cut, vectors, columns, isNormalised }, { colours }) {
    if (vectors !== undefined) return vectors.map((vector) => JSON.stringify(vector)).join('\n');
    const made = `${formatCount(rows)} × ${width}${isNormalised ? ', of length 1' : ''}, from ${columns.join(' and ')}`;
    const [first, ...others] = files!.map(shortPath);
    const beside = others.map((file) => `  its rows, one per line: ${file}`);
    return [`${colours.green('✓')} ${first}: ${made}`, ...beside, ...cutNotes(cut).map(colours.yellow)].join('\n');
  },
});

function cutNotes(cut: number): string[] {
  const are = cut === 1 ? 'is' : 'are';
  return cut === 0 ? [] : [`! ${plural(cut, 'texts')} ${are} longer than the model's context: they are truncated`];
}
