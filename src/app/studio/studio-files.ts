import { entryOf } from '../../base/table.ts';
import { files } from './bundle.generated.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

/** A file of the pages. */
export function studioFile(name: string): Response {
  const text = entryOf(files, name);
  if (text === undefined) return new Response('404\n', { status: 404, headers: { 'content-type': 'text/plain' } });
  const type = entryOf(TYPES, name.split('.').at(-1)!);
  return new Response(text, { headers: { 'content-type': `${type}; charset=utf-8` } });
}
