import type { Block } from '../document.ts';
import { decodeEntities } from './html-entities.ts';
import { type HtmlToken, htmlTokens } from './html-tokens.ts';

const SKIPPED_TAGS = new Set(
  'head nav footer form select button noscript template iframe object audio video search dialog label'.split(' '),
);
const SKIPPED_CLASSES = new RegExp(
  '(?:^|[\\s_-])(?:nav|navbar|navheader|navfooter|navigation|navsettop|navsetbottom|docnav|sidebar|sphinxsidebar|toc|' +
    'tocset|tocview|contents|breadcrumbs?|footer|footnotes?|headerlink|related|indexterm|verinfo|searchbox|id_link|' +
    'hidden|skip|banner|menu|versionbox|version|changelog|titlepage-toc|fancy|nosearch|linenos?|lineno|' +
    'refentry-toc|icon-action|heading-anchor|manualnavbar|seclink|autorefcontent|permalink|toctree-wrapper|' +
    'sideMenu|search|sphx-glr-footer|sig-paren-hidden|viewcode-link|srclink|src|rust-src|out-of-band|' +
    'usermanual-toc|printfooter|copyright|legalnotice|refnamediv-toc)(?:$|[\\s_-]|toc\\d|\\d)',
  'i',
);
const SKIPPED_ROLES = /role=["'](?:navigation|search|contentinfo|banner|menu|complementary)["']/i;
const SKIPPED_LABELS = /(?:class|id)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const MAIN = /<main[\s>]|role=["']main["']/i;
const BLOCK_TAGS = new Set(
  (
    'address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 ' +
    'h4 h5 h6 header hr html li main ol p pre section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);
const CONTAINERS = new Set('div ul ol table section aside span a dl li p header details small sup'.split(' '));

/**
 * The running text of an HTML page: headings, paragraphs, list items and code, without navigation, tables of contents,
 * forms and scripts. If the page marks its main part, only that is read. A term comes before its definition.
 */
export function extractHtml(html: string): Block[] {
  const reader = new PageReader(MAIN.test(html));
  for (const token of htmlTokens(html)) reader.take(token);
  return reader.finish();
}

class PageReader {
  private readonly blocks: Block[] = [];
  private readonly onlyMain: boolean;
  private text = '';
  private kind: Block['kind'] = 'text';
  private term = '';
  private preformatted = 0;
  private main: Depth | undefined;
  private skipped: Depth | undefined;

  constructor(onlyMain: boolean) {
    this.onlyMain = onlyMain;
  }

  take(token: HtmlToken): void {
    if (this.skipped !== undefined) {
      if (this.skipped.leftBy(token)) this.skipped = undefined;
      return;
    }
    if (this.onlyMain && !this.inMain(token)) return;
    if (token.kind === 'text') this.text += this.preformatted > 0 ? token.value : token.value.replaceAll(/\s+/g, ' ');
    else if (token.kind === 'open') this.open(token);
    else this.close(token.value);
  }

  finish(): Block[] {
    this.flush('text');
    return this.blocks;
  }

  private inMain(token: HtmlToken): boolean {
    if (this.main !== undefined) {
      if (!this.main.leftBy(token)) return true;
      this.main = undefined;
      this.flush('text');
    } else if (token.kind === 'open' && !token.empty && isMain(token)) this.main = new Depth(token.value);
    return false;
  }

  private open(token: HtmlToken): void {
    if (!token.empty && isSkipped(token)) {
      this.skipped = new Depth(token.value);
      return;
    }
    const tag = token.value;
    if (tag === 'br') this.text += this.preformatted > 0 ? '\n' : ' ';
    if (!BLOCK_TAGS.has(tag)) return;
    if (tag === 'pre') this.preformatted += token.empty ? 0 : 1;
    this.flush(kindOf(tag));
  }

  private close(tag: string): void {
    if (!BLOCK_TAGS.has(tag)) return;
    if (tag === 'dt') this.closeTerm();
    // The block keeps its kind until it is flushed: code is recognised by the <pre> that ends here.
    this.flush('text');
    if (tag === 'pre') this.preformatted = Math.max(0, this.preformatted - 1);
  }

  private closeTerm(): void {
    const term = clean(this.text);
    this.text = '';
    this.term = this.term === '' ? term : `${this.term}, ${term}`;
  }

  private flush(next: Block['kind']): void {
    const { kind } = this;
    const text = kind === 'code' ? decodeEntities(this.text).replaceAll(/^\n+|\s+$/g, '') : clean(this.text);
    this.text = '';
    // An empty <p> directly inside an <li> still belongs to that item.
    if (text === '') {
      if (next !== 'text' || kind === 'code') this.kind = next;
      return;
    }
    this.kind = next;
    if (kind === 'heading') this.term = '';
    const term = kind === 'heading' || kind === 'code' ? '' : this.takeTerm();
    this.blocks.push({ kind, text: term === '' ? text : `${term}: ${text}` });
  }

  private takeTerm(): string {
    const term = this.term;
    this.term = '';
    return term.length > 100 ? '' : term.replace(/:$/, '');
  }
}

/** Counts nested tags of the same name to find the one that closes the element. */
class Depth {
  private readonly tag: string;
  private depth = 1;

  constructor(tag: string) {
    this.tag = tag;
  }

  leftBy(token: HtmlToken): boolean {
    if (token.kind === 'text' || token.value !== this.tag || token.empty) return false;
    // A paragraph cannot contain another: an unclosed one ends where the next begins.
    if (token.kind === 'close' || this.tag === 'p') this.depth--;
    else this.depth++;
    return this.depth === 0;
  }
}

function isMain(token: HtmlToken): boolean {
  return token.value === 'main' || /role=["']main["']/i.test(token.attributes);
}

function isSkipped(token: HtmlToken): boolean {
  if (SKIPPED_TAGS.has(token.value)) return true;
  if (token.attributes === '' || !CONTAINERS.has(token.value)) return false;
  if (SKIPPED_ROLES.test(token.attributes)) return true;
  for (const match of token.attributes.matchAll(SKIPPED_LABELS)) {
    if (SKIPPED_CLASSES.test(match[1] ?? match[2])) return true;
  }
  return false;
}

function kindOf(tag: string): Block['kind'] {
  if (/^h[1-6]$/.test(tag)) return 'heading';
  if (tag === 'pre') return 'code';
  return tag === 'li' ? 'item' : 'text';
}

function clean(text: string): string {
  return decodeEntities(text)
    .replaceAll(/[\s¶]+/g, ' ')
    .trim();
}
