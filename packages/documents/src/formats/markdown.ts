import { markdownSections } from '../text/markdown-sections.ts';
import { readText } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const { title, sections } = markdownSections(await readText(input, context));
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
}

/** Markdown, split at its headings. */
export const markdown: Reader = { endings: ['md', 'markdown', 'mdx', 'mkd'], read };
