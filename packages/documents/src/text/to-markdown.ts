/** Converts HTML to Markdown for people and models, with as little escaping as possible. */
import { withFeature } from '@attune/base/optional-packages';
import type TurndownService from 'turndown';
import { markdownTable, tableCaption, tableCells, type TableNode } from './html-table.ts';
import { lowered, raised } from './off-line.ts';

/** Tables become pipe tables; pictures are dropped, links keep only their text. */
export async function toMarkdown(html: string): Promise<string> {
  const [{ default: Turndown }, { strikethrough, taskListItems, highlightedCodeBlock }] = await withFeature(
    'documents',
    () =>
      Promise.all([
        import('turndown'),
        // @ts-expect-error -- the package has no types
        import('@joplin/turndown-plugin-gfm') as Promise<Record<string, never>>,
      ]),
  );
  const service = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', br: '' });
  service.escape = escapeStart;
  service.use([strikethrough, taskListItems]);
  addRules(service);
  // Rules added later take precedence, and this one detects the language of a code block.
  service.use([highlightedCodeBlock]);
  const withLines = html.replace(/<pre[\s>][^]*?<\/pre>/gi, (code) => code.replace(/<br\s*\/?>/gi, '\n'));
  return service.turndown(withLines).replace(/\n{3,}/g, '\n\n');
}

function addRules(service: TurndownService): void {
  // Drops links that only lead back from a note, or to a heading itself.
  service.addRule('links', {
    filter: 'a',
    replacement: (content) => (/^(?:[↑↩⤴¶§^]|\ufe0e)+$/u.test(content) ? '' : content),
  });
  service.addRule('pictures', { filter: ['img', 'picture'], replacement: () => '' });
  service.addRule('raised and lowered', {
    filter: ['sup', 'sub'],
    replacement: (content, node) => offLine(content, node as unknown as OffLineNode),
  });
  // A term, or a FAQ question, before its description.
  service.addRule('terms', {
    filter: ['dt', 'summary'],
    replacement: (content) => `\n\n${/[*`\n]/.test(content.trim()) ? content.trim() : bold(content.trim())}\n\n`,
  });
  service.addRule('emphasis within code', {
    filter: (node) => EMPHASIS.has(node.nodeName) && isWithinCode(node),
    replacement: (content) => content,
  });
  service.addRule('items', {
    filter: 'li',
    replacement: (content, node) => listItem(content, node as unknown as ItemNode),
  });
  // The library only uses the first element of a code block.
  service.addRule('code of several elements', {
    filter: (node) => node.nodeName === 'PRE' && (node.childNodes.length !== 1 || node.firstChild?.nodeName !== 'CODE'),
    replacement: (_, node) => `\n\n${fenced(node.textContent ?? '')}\n\n`,
  });
  service.addRule('tables', {
    filter: 'table',
    replacement: (content, node) => tableText(content, node as unknown as TableNode, (html) => service.turndown(html)),
  });
}

/** Renders each cell once, however many columns and rows it spans. */
function tableText(content: string, table: TableNode, render: (html: string) => string): string {
  const rows = tableCells(table);
  if (rows === undefined) return `\n\n${content}\n\n`;
  const known = new Map<TableNode | undefined, string>([[undefined, '']]);
  const textOf = (cell: TableNode | undefined): string => {
    const text = known.get(cell) ?? render(`<p>${cell!.innerHTML || ' '}</p>`);
    known.set(cell, text);
    return text;
  };
  const caption = tableCaption(table);
  return `\n\n${caption === '' ? '' : `${caption}\n\n`}${markdownTable(rows.map((cells) => cells.map(textOf)))}\n\n`;
}

/** Escapes only line starts that would be headings or code blocks, since models would learn other backslashes. */
function escapeStart(text: string): string {
  return text.replace(/^(#{1,6} |=+\s*$|-+\s*$|```|~~~)/, '\\$1');
}

const EMPHASIS = new Set(['EM', 'I', 'STRONG', 'B', 'VAR']);

function isWithinCode(node: { parentNode: unknown }): boolean {
  const parent = node.parentNode as { nodeName: string; parentNode: unknown } | null;
  return parent !== null && (parent.nodeName === 'CODE' || (EMPHASIS.has(parent.nodeName) && isWithinCode(parent)));
}

function bold(text: string): string {
  return text === '' ? '' : `**${text}**`;
}

/** Code between fences longer than any run of backticks in it. */
export function fenced(code: string, language = ''): string {
  const marks = code.matchAll(/^ {0,3}(`{3,})/gm);
  const longest = marks.reduce((most, [, mark]) => Math.max(most, mark.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/^\n|\n$/g, '')}\n${fence}`;
}

interface ItemNode {
  nextSibling: unknown;
  parentNode: { nodeName: string; children: ArrayLike<unknown>; getAttribute(name: string): string | null };
}

/** One space after the mark; nested content is aligned with the item's text. */
function listItem(content: string, node: ItemNode): string {
  const { nextSibling, parentNode: list } = node;
  const first = Number(list.getAttribute('start') ?? 1) || 1;
  const mark = list.nodeName === 'OL' ? `${first + Array.from(list.children).indexOf(node)}. ` : '- ';
  const text = content
    .trim()
    .replace(/\n/g, `\n${' '.repeat(mark.length)}`)
    .replace(/^ +$/gm, '');
  const isParagraph = /\n\s*\n$/.test(content) && text.includes('\n\n');
  return `${mark}${text}${nextSibling === null ? '' : isParagraph ? '\n\n' : '\n'}`;
}

interface OffLineNode {
  nodeName: string;
  parentNode: { nodeName: string } | null;
  previousSibling: { textContent: string | null } | null;
  getElementsByTagName(name: string): { length: number };
}

/** 10³ and H₂O; note marks in brackets. */
function offLine(content: string, node: OffLineNode): string {
  const text = content.trim();
  if (node.getElementsByTagName('a').length > 0 || node.parentNode?.nodeName === 'A')
    return text === '' || /^\[.*\]$/.test(text) ? text : `[${text}]`;
  const before = node.previousSibling?.textContent ?? '';
  // 1st, 2e, and ®.
  const isOrdinal = /\d$/.test(before) && /^\p{L}{1,3}$/u.test(text);
  if (isOrdinal || !/[\p{L}\d]/u.test(text) || /^(?:tm|sm)$/i.test(text)) return text;
  return node.nodeName === 'SUP' ? raised(text) : lowered(text);
}
