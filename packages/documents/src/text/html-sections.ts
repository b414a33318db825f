/** HTML as Markdown in sections: the main content by Mozilla's Readability where the page has one. */
import type { Section } from '../document.ts';
import { madeSections } from './markdown-sections.ts';
import { toMarkdown } from './to-markdown.ts';

export interface HtmlOptions {
  /** Leave out menus, side bars and footers. */
  onlyMain: boolean;
}

/** Scripts and the like, and permalinks next to headings. */
const NOT_TEXT =
  'script, style, noscript, template, iframe, svg, canvas, form, button, select, input, nav, a.headerlink, a.anchor';

/** Shorter, and the main content that was found is not it: a page of links, a reference of short entries. */
const LEAST_SHARE = 0.3;

export async function htmlSections(
  html: string,
  { onlyMain }: HtmlOptions,
): Promise<{ title?: string; sections: Section[] }> {
  const { parseHTML } = await import('linkedom');
  const whole = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(whole) as unknown as { document: HtmlDocument };
  const title = clean(document.title ?? '');
  for (const element of document.querySelectorAll(NOT_TEXT)) element.remove();
  const all = document.body?.innerHTML ?? '';
  const main = onlyMain ? await mainContent(document) : undefined;
  const chosen = main !== undefined && textLength(main) >= LEAST_SHARE * textLength(all) ? main : all;
  const { sections } = madeSections(await toMarkdown(chosen));
  return { ...(title !== '' && { title }), sections };
}

interface HtmlDocument {
  title?: string;
  body?: { innerHTML: string };
  querySelectorAll(selector: string): Iterable<{ remove(): void; outerHTML: string; textContent: string | null }>;
}

/** An element that says it is the main one, else what Readability takes for it. */
async function mainContent(document: HtmlDocument): Promise<string | undefined> {
  const marked = [...document.querySelectorAll('main, [role=main]')].map(({ outerHTML }) => outerHTML);
  if (marked.length > 0) return marked.join('\n');
  const { Readability } = await import('@mozilla/readability');
  try {
    const first = [...document.querySelectorAll('h1')][0];
    suitReadability(document);
    const found = new Readability(document as never, { charThreshold: 200, keepClasses: true }).parse()?.content;
    if (typeof found !== 'string') return undefined;
    // It takes a heading that repeats the page's title for no content.
    const isKept = first === undefined || headingTexts(found).includes(clean(first.textContent ?? ''));
    return isKept ? found : first.outerHTML + found;
  } catch {
    // A page that it cannot take apart is taken whole.
    return undefined;
  }
}

/**
 * Readability makes second headings of the first ones: all go down by one before, so that none changes its rank. And it
 * takes some old inline elements for paragraphs.
 */
function suitReadability(document: HtmlDocument): void {
  if (document.body === undefined) return;
  document.body.innerHTML = document.body.innerHTML
    .replace(/(<\/?h)([1-5])(?=[\s>])/gi, (_, start: string, level: string) => start + String(Number(level) + 1))
    .replace(/(<\/?)(?:acronym|big|nobr|u|bdi)(?=[\s>])/gi, '$1span')
    .replace(/(<\/?)tt(?=[\s>])/gi, '$1code')
    .replace(/(<\/?)(?:s|strike)(?=[\s>])/gi, '$1del');
}

function headingTexts(html: string): string[] {
  return [...html.matchAll(/<h([1-6])(?:\s[^>]*)?>([^]*?)<\/h\1>/gi)].map(([, , inner]) =>
    clean(inner.replace(/<[^>]*>/g, '')),
  );
}

function textLength(html: string): number {
  return html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').length;
}

function clean(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
