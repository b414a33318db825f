import { withFeature } from '@attune/base/optional-packages';
import { readFile } from 'node:fs/promises';
import { Unreadable } from '../outcome.ts';
import { refuseLarge } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { Fonts } from './pdf/fonts.ts';
import { withoutContents } from './pdf/furniture.ts';
import { pdfSections } from './pdf/pdf-sections.ts';
import { rowsOf, type Row, type TextItem } from './pdf/page-rows.ts';
import { recogniseImages } from './ocr/recognise.ts';

/** A page with fewer characters and with pictures is a scan. */
const LEAST_CHARACTERS = 10;

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  const document = await openDocument(await readFile(input.path));
  const fonts = new Fonts();
  const pages: { page: number; height: number; rows: Row[] }[] = [];
  const recognised: { page: number; text: string }[] = [];
  for (let page = 1; page <= document.numPages; page++) {
    context.alive();
    try {
      const found = await readPage(document, page, { context, fonts });
      if ('text' in found) recognised.push({ page, text: found.text });
      else pages.push({ page, ...found });
    } catch (error) {
      context.notes.add('pages that could not be read', `page ${page}: ${(error as Error).message.slice(0, 100)}`);
    }
  }
  const title = await titleOf(document);
  const scanned = recognised.map(({ page, text }) => ({ level: 0, text, page }));
  const { pages: bare, lines } = withoutContents(pages);
  if (lines > 0) context.notes.add('lines of tables of contents, left out', undefined, lines);
  const sections = [...pdfSections(bare), ...scanned].sort((a, b) => a.page! - b.page!);
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
  else if (context.notes.notes.some(({ reason }) => reason === SCANNED)) {
    throw new Unreadable('no-text', `${document.numPages} scanned pages: --ocr recognises their text`);
  }
}

const SCANNED = 'scanned pages without text';

type PdfDocument = Awaited<ReturnType<typeof openDocument>>;

async function openDocument(bytes: Buffer) {
  const { getDocumentProxy } = await withFeature('documents', () => import('unpdf'));
  try {
    // Nothing is drawn and no embedded code is run: fonts are only used to map glyphs to letters.
    return await getDocumentProxy(new Uint8Array(bytes), {
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
    });
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException') throw new Unreadable('encrypted');
    throw new Unreadable('broken', message);
  }
}

async function readPage(
  document: PdfDocument,
  number: number,
  { context, fonts }: { context: ReadContext; fonts: Fonts },
): Promise<{ height: number; rows: Row[] } | { text: string }> {
  const page = await document.getPage(number);
  try {
    const { height, transform } = page.getViewport({ scale: 1 });
    const { items, styles } = await page.getTextContent();
    await fonts.learn(page, styles);
    const texts = items.filter((item): item is typeof item & TextItem => 'str' in item);
    const characters = texts.reduce((sum, { str }) => sum + str.trim().length, 0);
    if (characters < LEAST_CHARACTERS && (await hasPictures(page))) {
      if (context.choices.ocr) return { text: await recognisePage(document, number, context) };
      context.notes.add(SCANNED, `page ${number}`);
    }
    const rows = rowsOf(texts, transform, fonts);
    const shown = rows.reduce((sum, { segments }) => sum + segments.reduce((all, { text }) => all + text.length, 0), 0);
    if (shown < characters / 2) context.notes.add('pages with mostly rotated text, left out', `page ${number}`);
    return { height, rows };
  } finally {
    page.cleanup();
  }
}

async function hasPictures(page: Awaited<ReturnType<PdfDocument['getPage']>>): Promise<boolean> {
  const { getResolvedPDFJS } = await withFeature('documents', () => import('unpdf'));
  const { OPS } = await getResolvedPDFJS();
  const pictures = new Set<number>([OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject]);
  const { fnArray } = await page.getOperatorList();
  return fnArray.some((operation) => pictures.has(operation));
}

async function recognisePage(document: PdfDocument, page: number, context: ReadContext): Promise<string> {
  const { extractImages } = await withFeature('documents', () => import('unpdf'));
  const images = await extractImages(document, page);
  return recogniseImages(
    images.map(({ data, width, height, channels }) => ({ data, raw: { width, height, channels } })),
    context,
  );
}

async function titleOf(document: PdfDocument): Promise<string | undefined> {
  const metadata = await document.getMetadata().catch(() => undefined);
  const title = (metadata?.info as { Title?: unknown } | undefined)?.Title;
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : undefined;
}

/** Text with its columns in reading order and tables as Markdown, without running headers and page numbers. */
export const pdf: Reader = {
  endings: ['pdf'],
  isBinary: true,
  recognise: (head) => head.subarray(0, 1024).includes('%PDF-'),
  read,
};
