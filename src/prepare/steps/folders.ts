/** What lies in a folder for each class, as rows with the folder's name: {text, label}. */
import { z } from 'zod';
import type { Item } from '../../documents/index.ts';
import { defineStep, eachItem, rowOf } from '../step.ts';

const options = z.strictObject({
  up: z.int().min(1).default(1).describe('how far above the file the folder lies: 1 is the one that it is in'),
  subject: z.boolean().default(true).describe("begin with a mail's subject or a document's title"),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'texts and messages that lie in a folder for each class, as {text, label}',
  takes: ['text', 'message'],
  version: 1,
  perItem: true,
  options,
  open: ({ up, subject }) =>
    eachItem((item, notes) => {
      const label = item.origins[0].file.split('/').at(-1 - up);
      const text = textOf(item, subject);
      if (label !== undefined && label !== '' && text !== '') return [rowOf({ text, label }, item.origins)];
      notes.leaveOut(item, text === '' ? 'no text' : 'no such folder above it');
      return [];
    }),
});

function textOf(item: Item, hasSubject: boolean): string {
  if (item.kind === 'message') return joined([hasSubject ? item.subject : undefined, item.text], '\n');
  if (item.kind !== 'text') return '';
  const parts = item.sections.flatMap(({ heading, text }) => [heading, text]);
  // A title is most often the first heading too.
  return joined([hasSubject && item.title !== parts[0] ? item.title : undefined, ...parts], '\n\n');
}

function joined(parts: readonly (string | undefined)[], between: string): string {
  return parts.filter((part) => part !== undefined && part.trim() !== '').join(between);
}
