import { readFile } from 'node:fs/promises';
import { Unreadable } from '../outcome.ts';
import { refuseLarge } from '../text/decode.ts';
import { madeSections } from '../text/markdown-sections.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { rtfMarkdown } from './office/rtf-text.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  if (input.bytes > context.limits.wholeTextBytes) throw new Unreadable('too-large');
  const { title, text } = await rtfMarkdown((await readFile(input.path)).toString('latin1'));
  const { sections } = madeSections(text);
  if (sections.length > 0) yield { kind: 'text', ...(title !== '' && { title }), sections };
}

/** Rich Text Format of word processors and mail programs. */
export const rtf: Reader = {
  endings: ['rtf'],
  isBinary: true,
  recognise: (head) => head.toString('latin1', 0, 5) === '{\\rtf',
  read,
};
