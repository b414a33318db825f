import type { Block } from '../document.ts';
import { extractHtml } from './html.ts';

/** A help page in Mallard (projectmallard.org), whose few elements have counterparts in HTML. */
export function extractMallard(source: string): Block[] {
  const html = source
    .replaceAll(/<(info|credit|links|media)\b[^>]*?>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<(\/?)title\b[^>]*>/g, '<$1h2>')
    .replaceAll(/<(\/?)item\b[^>]*>/g, '<$1li>')
    .replaceAll(/<(\/?)(?:screen|code)\b[^>]*>(?=\s*\n)/g, '<$1pre>');
  return extractHtml(html);
}
