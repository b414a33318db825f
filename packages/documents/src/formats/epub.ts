import { posix } from 'node:path';
import { pushAll } from '@attune/base/many';
import type { Section } from '../document.ts';
import { Unreadable } from '../outcome.ts';
import { refuseLarge } from '../text/decode.ts';
import { htmlSections } from '../text/html-sections.ts';
import { elementsNamed, firstNamed, parseXml } from '../text/xml.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  const { title, chapters, encrypted } = await bookOf(parts);
  if (chapters.length > 0 && chapters.every((chapter) => encrypted.has(chapter)))
    throw new Unreadable('encrypted', 'protected against copying');
  const sections: Section[] = [];
  for (const [index, chapter] of chapters.entries()) {
    context.alive();
    const html = encrypted.has(chapter) ? undefined : await parts.text(chapter);
    if (html === undefined) context.notes.add('missing or protected chapters', chapter);
    else
      pushAll(
        sections,
        (await htmlSections(html, { onlyMain: false })).sections.map((section) => ({ ...section, page: index + 1 })),
      );
  }
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
}

async function bookOf(parts: ZipParts): Promise<{ title?: string; chapters: string[]; encrypted: Set<string> }> {
  const container = await parseXml((await parts.text('META-INF/container.xml')) ?? '');
  const packagePath = container && firstNamed(container, 'rootfile')?.getAttribute('full-path');
  const book = await parseXml((packagePath ? await parts.text(packagePath) : undefined) ?? '');
  if (!packagePath || book === undefined) throw new Unreadable('broken', 'it has no list of its contents');
  const files = new Map(
    [...elementsNamed(book, 'item')].map((item) => [
      item.getAttribute('id') ?? '',
      posix.join(posix.dirname(packagePath), decoded(item.getAttribute('href') ?? '')),
    ]),
  );
  const chapters = [...elementsNamed(book, 'itemref')].flatMap(
    (item) => files.get(item.getAttribute('idref') ?? '') ?? [],
  );
  const title = firstNamed(book, 'title')?.textContent?.trim();
  return { ...(title !== undefined && title !== '' && { title }), chapters, encrypted: await encryptedParts(parts) };
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Fonts are often listed as encrypted too, which does not matter. */
async function encryptedParts(parts: ZipParts): Promise<Set<string>> {
  const root = await parseXml((await parts.text('META-INF/encryption.xml')) ?? '');
  if (root === undefined) return new Set();
  return new Set(
    [...elementsNamed(root, 'CipherReference')].map((element) => decoded(element.getAttribute('URI') ?? '')),
  );
}

/** E-books, chapter by chapter. */
export const epub: Reader = {
  endings: ['epub'],
  isBinary: true,
  recognise: async (head, { path }) =>
    isZip(head) && (head.includes('application/epub+zip') || (await zipNames(path)).includes('META-INF/container.xml')),
  read,
};
