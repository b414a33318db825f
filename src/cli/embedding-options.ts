import type { AskedPooling } from '../app/embed/embedder.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** Options of every command that makes vectors of rows. */
export const embeddingOptions: readonly CommandOption[] = [
  {
    name: '--text-column',
    value: 'NAME',
    summary: 'column of the text; join several with commas (guessed where the names are clear)',
  },
  { name: '--image-column', value: 'NAME', summary: 'column that names an image file' },
  {
    name: '--pooling',
    value: 'HOW',
    summary: 'pooling for encoders that do not name one: mean, first, max or last',
  },
];

export function columnsOf(context: CommandContext): { textColumns?: string[]; imageColumn?: string } {
  const textColumns = context
    .option('--text-column')
    ?.split(',')
    .map((name) => name.trim());
  return { textColumns, imageColumn: context.option('--image-column') };
}

export function poolingOf(context: CommandContext): AskedPooling | undefined {
  return context.option('--pooling') === undefined
    ? undefined
    : context.choice<AskedPooling>('--pooling', ['mean', 'first', 'max', 'last']);
}
