/** Rows from one folder per class, with the folder's name as the label: {text, label}. */
import { z } from 'zod';
import type { Item } from '@attune/documents';
import { defineStep, eachItem, rowOf } from '../preparation-step.ts';

const options = z.strictObject({
  below: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('folder with one subfolder per class; null: the class is the folder that the file is in'),
  up: z.int().min(1).default(1).describe('levels above the file: 1 is its own folder'),
  subject: z.boolean().default(true).describe("begin with a mail's subject or a document's title"),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'texts and messages sorted into one folder per class, as {text, label}',
  takes: ['text', 'message'],
  version: 1,
  perItem: true,
  options,
  open: ({ below, up, subject }) =>
    eachItem((item, notes) => {
      const label = labelOf(item.origins[0].file.split('/'), below, up);
      const text = textOf(item, subject);
      if (label !== undefined && label !== '' && text !== '') return [rowOf({ text, label }, item.origins)];
      notes.leaveOut(item, text === '' ? 'no text' : 'no such folder above it');
      return [];
    }),
});

function labelOf(path: readonly string[], below: string | null, up: number): string | undefined {
  if (below === null) return path.at(-1 - up);
  const at = path.indexOf(below);
  // A file directly in it has no class.
  return at === -1 || at + 2 >= path.length ? undefined : path[at + 1];
}

function textOf(item: Item, hasSubject: boolean): string {
  if (item.kind === 'message') return joined([hasSubject ? item.subject : undefined, item.text], '\n');
  if (item.kind !== 'text') return '';
  const parts = item.sections.flatMap(({ heading, text }) => [heading, text]);
  // A title usually repeats the first heading.
  return joined([hasSubject && item.title !== parts[0] ? item.title : undefined, ...parts], '\n\n');
}

function joined(parts: readonly (string | undefined)[], between: string): string {
  return parts.filter((part) => part !== undefined && part.trim() !== '').join(between);
}
