import { pushAll } from '@attune/base/many';
import type { Section } from '../document.ts';
import { refuseLarge } from '../text/decode.ts';
import { markdownTable } from '../text/html-table.ts';
import { bareName, elementsNamed, firstNamed, parseXml, type XmlElement } from '../text/xml.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';
import { relationsOf } from './office/relations.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  const sections: Section[] = [];
  for (const [index, slide] of (await slidesOf(parts)).entries()) {
    context.alive();
    const root = await parseXml((await parts.text(slide)) ?? '');
    if (root === undefined) {
      context.notes.add('slides that could not be read', `slide ${index + 1}`);
      continue;
    }
    pushAll(sections, slideSections(root, index + 1, await notesOf(parts, slide)));
  }
  if (sections.some(({ text, heading }) => text !== '' || heading !== undefined)) yield { kind: 'text', sections };
}

/** The slides' parts in presentation order. */
async function slidesOf(parts: ZipParts): Promise<string[]> {
  const presentation = await parseXml((await parts.text('ppt/presentation.xml')) ?? '');
  const relations = await relationsOf(parts, 'ppt/presentation.xml');
  const ids =
    presentation === undefined
      ? []
      : [...elementsNamed(presentation, 'sldId')].map((element) => element.getAttribute('r:id') ?? '');
  const listed = ids.flatMap((id) => relations.get(id)?.target ?? []);
  if (listed.length > 0) return listed;
  const number = (name: string): number => Number(/(\d+)\.xml$/.exec(name)?.[1] ?? 0);
  return parts.names.filter((name) => /^ppt\/slides\/slide\d+\.xml$/.test(name)).sort((a, b) => number(a) - number(b));
}

async function notesOf(parts: ZipParts, slide: string): Promise<string> {
  const relations = await relationsOf(parts, slide);
  const notes = [...relations.values()].find(({ type }) => type.endsWith('/notesSlide'));
  const root = notes === undefined ? undefined : await parseXml((await parts.text(notes.target)) ?? '');
  if (root === undefined) return '';
  const bodies = [...elementsNamed(root, 'sp')].filter((shape) => placeholderOf(shape) === 'body');
  return bodies.map(textOf).join('\n\n').trim();
}

const TITLES = new Set(['title', 'ctrTitle']);
/** Placeholders that repeat on every slide. */
const FURNITURE = new Set(['sldNum', 'dt', 'ftr', 'hdr']);

function slideSections(root: XmlElement, page: number, notes: string): Section[] {
  let heading: string | undefined;
  const blocks: string[] = [];
  for (const shape of elementsNamed(root, 'sp', 'tbl')) {
    const placeholder = placeholderOf(shape);
    if (placeholder !== undefined && FURNITURE.has(placeholder)) continue;
    const text = bareName(shape) === 'tbl' ? tableOf(shape) : textOf(shape);
    if (placeholder !== undefined && TITLES.has(placeholder) && heading === undefined)
      heading = text.replace(/\s+/g, ' ').trim();
    else if (text.trim() !== '') blocks.push(text);
  }
  if (notes !== '') blocks.push(notes);
  const text = blocks.join('\n\n');
  const named = heading === undefined || heading === '' ? {} : { heading };
  return text === '' && heading === undefined ? [] : [{ ...named, level: 'heading' in named ? 1 : 0, text, page }];
}

function placeholderOf(shape: XmlElement): string | undefined {
  const placeholder = firstNamed(shape, 'ph');
  return placeholder === undefined ? undefined : (placeholder.getAttribute('type') ?? 'content');
}

/** Paragraphs; list items are indented by level. */
function textOf(shape: XmlElement): string {
  const lines = [...elementsNamed(shape, 'p')].map((paragraph) => {
    const text = [...elementsNamed(paragraph, 't', 'br')]
      .map((run) => (bareName(run) === 'br' ? '\n' : (run.textContent ?? '')))
      .join('');
    const level = Number(firstNamed(paragraph, 'pPr')?.getAttribute('lvl') ?? 0);
    return level > 0 && text.trim() !== '' ? `${'  '.repeat(level)}- ${text}` : text;
  });
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function tableOf(table: XmlElement): string {
  const rows = [...elementsNamed(table, 'tr')].map((row) => [...elementsNamed(row, 'tc')].map(textOf));
  return rows.length === 0 ? '' : markdownTable(rows);
}

/** Slides with titles, tables and speaker notes. */
export const pptx: Reader = {
  endings: ['pptx', 'pptm', 'ppsx'],
  isBinary: true,
  recognise: async (head, { path }) => isZip(head) && (await zipNames(path)).includes('ppt/presentation.xml'),
  read,
};
