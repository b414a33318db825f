/** The frame of every page that attune writes, or shows to this machine's browser. */
import { hash } from 'node:crypto';
import { html, Html } from './html.ts';
import { STYLE } from './style.ts';

export interface PageFrame {
  /** Title of the window. */
  title: string;
  /** Additional styles. */
  style?: string;
  /** Its own, which stand at its end. */
  scripts?: readonly string[];
  /** It may ask the server that it came from. */
  isLive?: boolean;
  hasPictures?: boolean;
}

/**
 * A page as one file: no network, and a policy that allows the page's own scripts by their hashes and forbids everything
 * else, whatever the data holds.
 */
export function htmlPage(main: Html, frame: PageFrame): string {
  const { title, style = '', scripts = [] } = frame;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(policyOf(frame))}" />
        <title>${title} · attune</title>
        <style>
          ${new Html(STYLE + style)}
        </style>
      </head>
      <body>
        <main>${main}</main>
        ${scripts.map((script) => new Html(`<script>${script}</script>`))}
      </body>
    </html> `;
  return page.text;
}

/** A page's own scripts by their hashes, its own server where it is live, and nothing else. */
function policyOf({ scripts = [], isLive = false, hasPictures = false }: PageFrame): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'; style-src 'unsafe-inline'",
    ...(hasPictures ? ['img-src data:'] : []),
    ...(hashes.length > 0 ? [`script-src ${hashes.join(' ')}`] : []),
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'; form-action 'none'",
  ].join('; ');
}
