/** HTML as Markdown in sections: the main content by Mozilla's Readability where the page has one. */
import type { Section } from '../document.ts';
import { markdownTable, tableCells, type TableNode } from './html-table.ts';
import { markdownSections } from './markdown-sections.ts';

export interface HtmlOptions {
  /** Leave out menus, side bars and footers. */
  onlyMain: boolean;
}

/** Scripts and the like, and links to a heading's own place, which documentation puts beside each. */
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
  // Lines of the Markdown are no lines of the page.
  const sections = markdownSections(await toMarkdown(chosen)).sections.map(({ line: _line, ...section }) => section);
  return { ...(title !== '' && { title }), sections };
}

interface HtmlDocument {
  title?: string;
  body?: { innerHTML: string };
  querySelectorAll(selector: string): Iterable<{ remove(): void; outerHTML: string }>;
}

/** An element that says it is the main one, else what Readability takes for it. */
async function mainContent(document: HtmlDocument): Promise<string | undefined> {
  const marked = [...document.querySelectorAll('main, [role=main]')].map(({ outerHTML }) => outerHTML);
  if (marked.length > 0) return marked.join('\n');
  const { Readability } = await import('@mozilla/readability');
  try {
    const heading = [...document.querySelectorAll('h1')][0]?.outerHTML ?? '';
    const found = new Readability(document as never, { charThreshold: 200, keepClasses: true }).parse()?.content;
    // It takes a heading that repeats the page's title for no content.
    return typeof found === 'string' ? (/<h1[\s>]/i.test(found) ? found : heading + found) : undefined;
  } catch {
    // A page that it cannot take apart is taken whole.
    return undefined;
  }
}

function textLength(html: string): number {
  return html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').length;
}

/** HTML as Markdown, tables as pipe tables; pictures are left out, links keep their words only. */
export async function toMarkdown(html: string): Promise<string> {
  const [{ default: TurndownService }, { strikethrough, taskListItems, highlightedCodeBlock }] = await Promise.all([
    import('turndown'),
    // @ts-expect-error -- the package has no types
    import('@joplin/turndown-plugin-gfm') as Promise<Record<string, never>>,
  ]);
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' });
  service.use([strikethrough, taskListItems, highlightedCodeBlock]);
  service.addRule('links', { filter: 'a', replacement: (content) => content });
  service.addRule('pictures', { filter: ['img', 'picture'] as never, replacement: () => '' });
  service.addRule('tables', {
    filter: 'table',
    replacement(content, node) {
      const rows = tableCells(node as unknown as TableNode);
      if (rows === undefined) return `\n\n${content}\n\n`;
      const texts = rows.map((cells) =>
        cells.map(({ innerHTML }) => service.turndown(innerHTML === '' ? ' ' : `<p>${innerHTML}</p>`)),
      );
      return `\n\n${markdownTable(texts)}\n\n`;
    },
  });
  return service.turndown(html).replace(/\n{3,}/g, '\n\n');
}

function clean(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
