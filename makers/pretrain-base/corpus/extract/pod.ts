import type { Block } from '../document.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  verbar: '|',
  sol: '/',
  quot: '"',
  amp: '&',
  nbsp: ' ',
};
const SKIPPED_SECTIONS =
  /^(?:SYNOPSIS|SEE ALSO|AUTHORS?|COPYRIGHT|LICENSE|COPYRIGHT AND LICENSE|AUTHOR AND COPYRIGHT)$/i;

/** The prose of Perl's Plain Old Documentation. */
export function extractPod(source: string): Block[] {
  const reader = new PodReader();
  for (const paragraph of source.replaceAll('\r', '').split(/\n(?:[ \t]*\n)+/)) reader.take(paragraph);
  return reader.blocks;
}

class PodReader {
  readonly blocks: Block[] = [];
  private inPod = false;
  private skipsUntil = '';
  private skipsSection = false;
  private item: string | undefined;

  take(paragraph: string): void {
    const command = /^=(\w+)\s*([\s\S]*)$/.exec(paragraph.trimStart().startsWith('=') ? paragraph.trimStart() : '');
    if (command !== null) {
      this.inPod = command[1] !== 'cut';
      this.command(command[1], command[2].trim());
    } else if (this.inPod && this.skipsUntil === '' && !this.skipsSection) this.paragraph(paragraph);
  }

  private command(name: string, rest: string): void {
    if (this.skipsUntil !== '') {
      if (name === 'end') this.skipsUntil = '';
      return;
    }
    if (name === 'begin') this.skipsUntil = rest;
    else if (name.startsWith('head')) this.heading(name, podText(rest));
    else if (name === 'item') this.startItem(podText(rest));
    else if (name === 'back') this.item = undefined;
  }

  private heading(name: string, title: string): void {
    if (name === 'head1') this.skipsSection = SKIPPED_SECTIONS.test(title);
    this.item = undefined;
    if (!this.skipsSection) this.blocks.push({ kind: 'heading', text: title });
  }

  private startItem(label: string): void {
    const plain = label.replace(/^(?:\*|\d+[.)]?)\s*/, '');
    this.item = this.item === undefined || this.item === '' ? plain : `${this.item}, ${plain}`;
  }

  private paragraph(text: string): void {
    if (/^[ \t]/.test(text)) {
      this.blocks.push({ kind: 'code', text: text.replaceAll('\t', '    ').trimEnd() });
      return;
    }
    const prose = podText(text);
    if (this.item === undefined) this.blocks.push({ kind: 'text', text: prose });
    else this.blocks.push({ kind: 'item', text: this.item === '' ? prose : `${this.item}: ${prose}` });
    this.item = undefined;
  }
}

/** Resolves formatting codes, also nested ones and the form `C<< … >>`, and unwraps the lines. */
export function podText(text: string): string {
  return inline(text).text.replaceAll(/\s+/g, ' ').trim();
}

/** Reads up to `close` at the outer level. */
function inline(text: string, start = 0, close = ''): { text: string; end: number } {
  let result = '';
  let position = start;
  while (position < text.length) {
    if (close !== '' && text.startsWith(close, position)) return { text: result, end: position + close.length };
    const code = /^([A-Z])(<{2,}\s|<)/.exec(text.slice(position, position + 12));
    if (code === null) {
      result += text[position++];
      continue;
    }
    const brackets = code[2].trimEnd().length;
    const inner = inline(text, position + code[0].length, '>'.repeat(brackets));
    result += formatted(code[1], brackets > 1 ? inner.text.trim() : inner.text);
    position = inner.end;
  }
  return { text: result, end: position };
}

function formatted(code: string, text: string): string {
  if (code === 'X' || code === 'Z') return '';
  if (code === 'E') return ENTITIES[text] ?? (/^\d+$/.test(text) ? String.fromCodePoint(Number(text)) : text);
  if (code !== 'L') return text;
  const bar = text.indexOf('|');
  if (bar > 0) return text.slice(0, bar);
  return /^\w+:\/\//.test(text)
    ? text
    : text.replace(/^([^/]*)\/"?([^"]*)"?$/, (_, page: string, section: string) =>
        page === '' ? section : `${section} in ${page}`,
      );
}
