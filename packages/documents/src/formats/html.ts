import { readFile } from 'node:fs/promises';
import { decodeBytes, refuseLarge } from '../text/decode.ts';
import { htmlSections } from '../text/html-sections.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  const bytes = await readFile(input.path);
  const { title, sections } = await htmlSections(await decodeBytes(bytes, context, declaredEncoding(input.head)), {
    onlyMain: true,
  });
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
}

function declaredEncoding(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  return (
    /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(text)?.[1] ?? /<\?xml[^>]+encoding=["']([\w-]+)/i.exec(text)?.[1]
  );
}

/** Main content of a web page, without menus and footers. */
export const html: Reader = {
  endings: ['html', 'htm', 'xhtml'],
  recognise: (head) =>
    /^\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!doctype\s+html|<html[\s>])/i.test(head.toString('utf8')),
  read,
};
