/** Converts OpenDocument texts to HTML: paragraphs, headings, lists, tables and notes. */
import { bareName, escapedText, type XmlElement } from '../../text/xml.ts';

/** Elements that are not part of the text: deletions, comments, tables of contents, picture data. */
const SILENT = new Set(
  (
    'tracked-changes annotation annotation-end table-of-content alphabetical-index sequence-decls ' +
    'variable-decls forms binary-data title desc notes settings'
  ).split(' '),
);
const HOLDS_TEXT = new Set(['p', 'h', 'span', 'a']);
/** Protects intended spaces while others are removed. */
const MEANT = '\u00a0';
const CODE = /preformatted|source_20_text|code/i;

export function openDocumentHtml(element: XmlElement): string {
  return new Converter().document(element);
}

class Converter {
  readonly #notes: string[] = [];

  document(element: XmlElement): string {
    const html = this.#inner(element);
    return this.#notes.length === 0 ? html : `${html}<hr>${this.#notes.join('')}`;
  }

  #inner(element: XmlElement): string {
    let html = '';
    for (const child of element.childNodes) {
      const text = child.nodeType === 3 ? (child.textContent ?? '').replace(/\s+/g, ' ') : undefined;
      // A space between elements is formatting of the file.
      if (text === undefined) html += this.#element(child);
      else if (text !== ' ' || HOLDS_TEXT.has(bareName(element))) html += escapedText(text);
    }
    // Adjacent lines of code form one block.
    return html.replaceAll('</pre><pre>', '\n');
  }

  #element(element: XmlElement): string {
    if (element.nodeType !== 1) return '';
    const name = bareName(element);
    if (SILENT.has(name)) return '';
    const attribute = (key: string): string => element.getAttribute(key) ?? '';
    switch (name) {
      case 's':
        return MEANT.repeat(Math.max(0, Math.min(200, Number(attribute('text:c')) || 1)));
      case 'tab':
        return '\t';
      case 'line-break':
        return '<br>';
      case 'h':
        return within(`h${Math.min(6, Number(attribute('text:outline-level') || 1))}`, this.#inner(element));
      case 'p': {
        const isCode = CODE.test(attribute('text:style-name'));
        const text = this.#inner(element).replace(/^ +| +$/g, '');
        return within(isCode ? 'pre' : 'p', text.replaceAll(MEANT, ' '));
      }
      case 'list':
        return within('ul', this.#inner(element));
      case 'list-item':
      case 'list-header':
        return within('li', this.#inner(element).replace(/^<p>([^]*?)<\/p>/, '$1'));
      case 'table':
        return within('table', this.#inner(element));
      case 'table-row':
        return within('tr', this.#inner(element));
      case 'table-cell':
        return this.#cell(element);
      case 'note':
        return this.#note(element);
      default:
        return this.#inner(element);
    }
  }

  #cell(element: XmlElement): string {
    const spans = (['columns', 'rows'] as const).map((way) => {
      const count = Number(element.getAttribute(`table:number-${way}-spanned`) ?? 1);
      return count > 1 ? ` ${way === 'columns' ? 'colspan' : 'rowspan'}="${count}"` : '';
    });
    return `<td${spans.join('')}>${this.#inner(element)}</td>`;
  }

  /** Puts the mark in place and the note's text at the end. */
  #note(element: XmlElement): string {
    const parts = [...element.children];
    const find = (name: string): XmlElement | undefined => parts.find((part) => bareName(part) === name);
    const mark = find('note-citation')?.textContent?.trim() ?? '*';
    const body = find('note-body');
    if (body !== undefined)
      this.#notes.push(
        within(
          'p',
          `[${escapedText(mark)}] ${this.#inner(body)
            .replace(/<\/?p>/g, ' ')
            .trim()}`,
        ),
      );
    return `[${escapedText(mark)}]`;
  }
}

function within(tag: string, html: string): string {
  return `<${tag}>${html}</${tag}>`;
}
