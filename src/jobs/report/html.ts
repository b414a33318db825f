/** Escaped HTML. Only `html` creates it, so that unescaped text cannot get into a page. */
import { table } from '../../base/table.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** HTML or SVG from a template: escapes strings and numbers, joins lists, and omits undefined and false. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0];
  for (const [index, part] of parts.entries()) text += render(part) + strings[index + 1];
  return new Html(text);
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'\0]/g, (character) => ESCAPES[character]);
}

const ESCAPES: Record<string, string> = table({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Not allowed anywhere in HTML.
  '\0': '\ufffd',
});

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  return escapeHtml(String(part));
}
