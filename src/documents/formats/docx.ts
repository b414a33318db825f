import { readFile } from 'node:fs/promises';
import { refuseLarge } from '../text/decode.ts';
import { htmlSections } from '../text/html-sections.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  const title = /<dc:title>([^<]+)<\/dc:title>/.exec((await parts.text('docProps/core.xml')) ?? '')?.[1].trim();
  // Counts the main part against the limits before the library unpacks it, whatever it says of its size.
  await parts.bytes('word/document.xml');
  const { default: mammoth } = await import('mammoth');
  const { value, messages } = await mammoth.convertToHtml(
    { buffer: await readFile(input.path) },
    // Pictures would be written out in base64, only to be left out.
    { convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })) },
  );
  for (const { message } of messages)
    if (/not found|could not/i.test(message))
      context.notes.add('parts of the document that could not be read', message);
  const { sections } = await htmlSections(value, { onlyMain: false });
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && title !== '' && { title }), sections };
}

/** Word documents: headings, lists and tables by their styles; footnotes at the end. */
export const docx: Reader = {
  endings: ['docx', 'docm'],
  isBinary: true,
  recognise: async (head, { path }) => isZip(head) && (await zipNames(path)).includes('word/document.xml'),
  read,
};
