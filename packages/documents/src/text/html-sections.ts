/** Converts HTML to Markdown sections; extracts the main content with Mozilla's Readability if possible. */
import { withFeature } from '@attune/base/optional-packages';
import type { Section } from '../document.ts';
import { madeSections } from './markdown-sections.ts';
import { toMarkdown } from './to-markdown.ts';

export interface HtmlOptions {
  /** Leaves out menus, side bars and footers. */
  onlyMain: boolean;
}

/** Scripts and the like, and permalinks next to headings. */
const NOT_TEXT =
  'script, style, noscript, template, iframe, svg, canvas, form, button, select, input, nav, a.headerlink, a.anchor';

/** A smaller share means that the wrong content was found: a page of links, a reference with short entries. */
const LEAST_SHARE = 0.3;

export async function htmlSections(
  html: string,
  { onlyMain }: HtmlOptions,
): Promise<{ title?: string; sections: Section[] }> {
  const { parseHTML } = await withFeature('documents', () => import('linkedom'));
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

/** An element marked as the main one, otherwise the content found by Readability. */
async function mainContent(document: HtmlDocument): Promise<string | undefined> {
  const marked = [...document.querySelectorAll('main, [role=main]')].map(({ outerHTML }) => outerHTML);
  if (marked.length > 0) return marked.join('\n');
  const { Readability } = await withFeature('documents', () => import('@mozilla/readability'));
  try {
    const first = [...document.querySelectorAll('h1')][0];
    suitReadability(document);
    const found = new Readability(document as never, { charThreshold: 200, keepClasses: true }).parse()?.content;
    if (typeof found !== 'string') return undefined;
    // Readability drops a heading that repeats the page's title.
    const isKept = first === undefined || headingTexts(found).includes(clean(first.textContent ?? ''));
    return isKept ? found : first.outerHTML + found;
  } catch {
    // If Readability fails, the whole page is used.
    return undefined;
  }
}

/**
 * Readability turns first-level headings into second-level ones; demoting all headings before preserves their ranks. It
 * also treats some old inline elements as paragraphs.
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
