import { withFeature } from '@attune/base/optional-packages';
import { refuseLarge } from '../text/decode.ts';
import { htmlSections } from '../text/html-sections.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { Unreadable } from '../outcome.ts';
import { isZip, ZipParts, zipNames } from './archive/zip-file.ts';
import { withEquations } from './office/equations.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  refuseLarge(input, context);
  using parts = await ZipParts.open(input, context);
  const title = /<dc:title>([^<]+)<\/dc:title>/.exec((await parts.text('docProps/core.xml')) ?? '')?.[1].trim();
  const { default: mammoth } = await withFeature('documents', () => import('mammoth'));
  const { value, messages } = await mammoth.convertToHtml(filesOf(parts) as never, {
    styleMap: STYLES,
    // Omits pictures, which would otherwise be encoded in base64 only to be dropped.
    convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })),
  });
  for (const { message } of messages)
    if (/not found|could not/i.test(message))
      context.notes.add('parts of the document that could not be read', message);
  const { sections } = await htmlSections(belowTitle(value), { onlyMain: false });
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && title !== '' && { title }), sections };
}

/** Styles in addition to those known to the library. */
const STYLES = [
  "p[style-name='Title'] => h1.title:fresh",
  ...['Source Code', 'Code', 'HTML Preformatted', 'macro'].map(
    (name) => `p[style-name='${name}'] => pre:separator('\n')`,
  ),
  ...['Quote', 'Intense Quote', 'Block Text'].map((name) => `p[style-name='${name}'] => blockquote > p:fresh`),
];

/** Zip interface for the library: each part is checked against the limits before it is unpacked. */
function filesOf(parts: ZipParts): {
  file: { exists(name: string): boolean; read(name: string, encoding?: string): Promise<unknown> };
} {
  const names = new Set(parts.names);
  return {
    file: {
      exists: (name) => names.has(name),
      async read(name, encoding) {
        const bytes = await parts.bytes(name);
        if (bytes === undefined) throw new Unreadable('broken', `it lacks ${name}`);
        if (encoding === undefined) return new Uint8Array(bytes);
        const text = bytes.toString(encoding === 'base64' ? 'base64' : 'utf8');
        return /^word\/[^/]+\.xml$/.test(name) ? withEquations(text) : text;
      },
    },
  };
}

/** Demotes headings below a title that is a paragraph of the document. */
function belowTitle(html: string): string {
  if (!html.includes('<h1 class="title">')) return html;
  return html
    .replace(/<h1 class="title">([^]*?)<\/h1>/g, '<h0>$1</h0>')
    .replace(/(<\/?h)([0-5])(?=>)/g, (_, start: string, level: string) => `${start}${Number(level) + 1}`);
}

/** Word documents: headings, lists and tables by style; footnotes at the end. */
export const docx: Reader = {
  endings: ['docx', 'docm'],
  isBinary: true,
  recognise: async (head, { path }) => isZip(head) && (await zipNames(path)).includes('word/document.xml'),
  read,
};
