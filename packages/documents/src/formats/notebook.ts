import { parseJson } from '@attune/files/json';
import { Unreadable } from '../outcome.ts';
import { readText } from '../text/decode.ts';
import { madeSections } from '../text/markdown-sections.ts';
import { fenced } from '../text/to-markdown.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { isObject, listOf, textOf } from './chats/chat.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const notebook = parsed(await readText(input, context));
  const metadata = isObject(notebook.metadata) ? notebook.metadata : {};
  const kernel = isObject(metadata.kernelspec) ? metadata.kernelspec : {};
  const about = isObject(metadata.language_info) ? metadata.language_info : {};
  const language = textOf(kernel.language) ?? textOf(about.name) ?? '';
  const parts: string[] = [];
  for (const { cell_type: type, source, outputs } of listOf(notebook.cells)) {
    const text = (Array.isArray(source) ? source.join('') : String(source ?? '')).trim();
    if (text !== '') parts.push(type === 'code' ? fenced(text, language) : text);
    const shown = listOf(outputs).length;
    if (shown > 0) context.notes.add('outputs of notebooks, left out', undefined, shown);
  }
  const { title, sections } = madeSections(parts.join('\n\n'));
  if (sections.length > 0) yield { kind: 'text', ...(title !== undefined && { title }), sections };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = parseJson(text);
    if (isObject(value) && Array.isArray(value.cells)) return value;
  } catch {
    // Reported below.
  }
  throw new Unreadable('broken', 'not a notebook: it has no list of cells');
}

/** Jupyter notebooks: text and code cells without outputs. */
export const notebook: Reader = { endings: ['ipynb'], read };
