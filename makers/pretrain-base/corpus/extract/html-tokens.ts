export interface HtmlToken {
  kind: 'text' | 'open' | 'close';
  /** The text, or the tag's name in lower case. */
  value: string;
  /** The tag's attributes, unparsed. */
  attributes: string;
  /** An element without a closing tag: `<br/>`, `<img>`. */
  empty: boolean;
}

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
const RAW = new Set(['script', 'style', 'textarea', 'title', 'svg', 'math']);

/**
 * Splits HTML or XML into text and tags, without comments, declarations and the content of scripts and similar
 * elements.
 */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  let position = 0;
  while (position < html.length) {
    const start = html.indexOf('<', position);
    const textEnd = start === -1 ? html.length : start;
    if (textEnd > position) yield { kind: 'text', value: html.slice(position, textEnd), attributes: '', empty: false };
    if (start === -1) return;
    const tag = readTag(html, start);
    position = tag.end;
    if (tag.token === undefined) continue;
    yield tag.token;
    if (tag.token.kind === 'open' && !tag.token.empty && RAW.has(tag.token.value)) {
      position = skipRaw(html, position, tag.token.value);
    }
  }
}

function readTag(html: string, start: number): { end: number; token?: HtmlToken } {
  if (html.startsWith('<!--', start)) return { end: endAfter(html, '-->', start + 4) };
  if (html[start + 1] === '!' || html[start + 1] === '?') return { end: endAfter(html, '>', start + 2) };
  const match = /<(\/?)([A-Za-z][\w:.-]*)/y;
  match.lastIndex = start;
  const found = match.exec(html);
  if (found === null) {
    return { end: start + 1, token: { kind: 'text', value: '<', attributes: '', empty: false } };
  }
  const bodyStart = match.lastIndex;
  const end = tagEnd(html, bodyStart);
  const attributes = html.slice(bodyStart, end - 1);
  const name = found[2].toLowerCase();
  const empty = VOID.has(name) || attributes.endsWith('/');
  return { end, token: { kind: found[1] === '/' ? 'close' : 'open', value: name, attributes, empty } };
}

/** The position after the `>` that ends the tag; a `>` in a quoted attribute does not end it. */
function tagEnd(html: string, start: number): number {
  let quote = '';
  for (let i = start; i < html.length; i++) {
    const character = html[i];
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return i + 1;
    else if (character === '"' || character === "'") quote = character;
  }
  return html.length;
}

function skipRaw(html: string, position: number, name: string): number {
  const close = new RegExp(`</${name}\\s*>`, 'gi');
  close.lastIndex = position;
  return close.test(html) ? close.lastIndex : html.length;
}

function endAfter(html: string, mark: string, from: number): number {
  const end = html.indexOf(mark, from);
  return end === -1 ? html.length : end + mark.length;
}
