import type { AskedPooling } from '../app/embed/embedder.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** Options of every command that makes vectors of rows. */
export const embeddingOptions: readonly CommandOption[] = [
  {
    name: '--text-column',
    value: 'NAME',
    summary: 'column of the text; several, parted by commas, are joined; guessed where names leave no doubt',
  },
  { name: '--image-column', value: 'NAME', summary: 'column that names an image file' },
  {
    name: '--pooling',
    value: 'HOW',
    summary: 'mean, first, max or last, for an encoder that does not say how a vector is made',
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
