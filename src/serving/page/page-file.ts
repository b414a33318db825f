import { entryOf } from '../../base/table.ts';
import { files } from './bundle.generated.ts';

/** Pages of the bundle: each is `index.html` with a different first screen. */
export type PageName = 'studio' | 'review' | 'server' | 'answers';

/** Allows only files from this server, no inline scripts or styles, and no framing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/** Files that the pages load, by name. */
export const pageAssets: readonly string[] = Object.keys(files).filter((name) => name !== 'index.html');

export interface PageFile {
  text: string;
  headers: Record<string, string>;
}

export function pageAsset(name: string): PageFile | undefined {
  if (!pageAssets.includes(name)) return undefined;
  return { text: entryOf(files, name)!, headers: headersOf(name) };
}

export function pageFile(page: PageName): PageFile {
  return {
    text: files['index.html'].replace('data-page="studio"', `data-page="${page}"`),
    headers: headersOf('index.html'),
  };
}

export function pageReply(file: PageFile | undefined): Response {
  if (file === undefined) return new Response('404\n', { status: 404, headers: { 'content-type': 'text/plain' } });
  return new Response(file.text, { headers: file.headers });
}

function headersOf(name: string): Record<string, string> {
  return {
    'content-type': `${entryOf(TYPES, name.split('.').at(-1)!)}; charset=utf-8`,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
