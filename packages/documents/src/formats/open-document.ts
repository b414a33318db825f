import { pushAll } from '@attune/base/many';
import type { Section } from '../document.ts';
import { Unreadable } from '../outcome.ts';
import { refuseLarge } from '../text/decode.ts';
import { htmlSections } from '../text/html-sections.ts';
import { elementsNamed, firstNamed, parseXml, type XmlElement } from '../text/xml.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';
import { openDocumentHtml } from './office/open-document-html.ts';
import { SheetTable } from './office/sheet-table.ts';
import { openSheetRows } from './office/open-sheet.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  if ((await parts.text('META-INF/manifest.xml'))?.includes('encryption-data') === true)
    throw new Unreadable('encrypted');
  const root = await parseXml((await parts.text('content.xml')) ?? '');
  const body = root && firstNamed(root, 'body');
  if (body === undefined) throw new Unreadable('broken', 'it has no content');
  const about = await parseXml((await parts.text('meta.xml')) ?? '');
  const title = (about && firstNamed(about, 'title')?.textContent?.trim()) || undefined;
  const sheets = firstNamed(body, 'spreadsheet');
  if (sheets !== undefined) yield* sheetsOf(sheets, context);
  else {
    const sections = await sectionsOf(body);
    if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
  }
}

function* sheetsOf(sheets: XmlElement, context: ReadContext): Generator<Draft> {
  for (const sheet of elementsNamed(sheets, 'table')) {
    context.alive();
    const table = new SheetTable(sheet.getAttribute('table:name') ?? 'sheet');
    for (const row of openSheetRows(sheet, context.notes)) yield* table.take(row);
    yield* table.end();
  }
}

/** A text as continuous sections, a presentation slide by slide. */
async function sectionsOf(body: XmlElement): Promise<Section[]> {
  const slides = [...elementsNamed(body, 'page')];
  if (slides.length === 0) return (await htmlSections(openDocumentHtml(body), { onlyMain: false })).sections;
  const sections: Section[] = [];
  for (const [index, slide] of slides.entries()) {
    const found = (await htmlSections(openDocumentHtml(slide), { onlyMain: false })).sections;
    pushAll(
      sections,
      found.map((section) => ({ ...section, page: index + 1 })),
    );
  }
  return sections;
}

/** LibreOffice texts, sheets and presentations. */
export const openDocument: Reader = {
  endings: ['odt', 'ods', 'odp', 'ott'],
  isBinary: true,
  recognise: async (head, { path }) =>
    isZip(head) &&
    head.includes('application/vnd.oasis.opendocument') &&
    (await zipNames(path)).includes('content.xml'),
  read,
};
