/** The frame of every HTML page that attune writes. */
import { hash } from 'node:crypto';
import { html, Html } from './html.ts';
import { STYLE } from './style.ts';

export interface PageFrame {
  /** Window title. */
  title: string;
  /** Additional styles. */
  style?: string;
  /** The page's own scripts, placed at its end. */
  scripts?: readonly string[];
  hasPictures?: boolean;
}

/**
 * A page as one file: no network, and a content security policy that allows only the page's own scripts, by their
 * hashes.
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

/** Allows the page's own scripts by hash. */
function policyOf({ scripts = [], hasPictures = false }: PageFrame): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'; style-src 'unsafe-inline'",
    ...(hasPictures ? ['img-src data:'] : []),
    ...(hashes.length > 0 ? [`script-src ${hashes.join(' ')}`] : []),
    "base-uri 'none'; form-action 'none'",
  ].join('; ');
}
