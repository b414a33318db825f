import type { Section } from '../document.ts';

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;

/**
 * Splits Markdown at its headings, `# …` and underlined ones, except within fenced code. Front matter between `---`
 * lines is dropped, except for its title. Sections that consist of a heading only are kept, as parents of those below.
 */
export function markdownSections(markdown: string): { title?: string; sections: Section[] } {
  const lines = markdown.split('\n');
  const front = frontMatter(lines);
  const cutter = new SectionCutter(front.lines);
  for (let at = front.lines; at < lines.length; at++) cutter.take(lines[at], at + 1);
  const sections = cutter.end();
  const first = sections.find(({ level }) => level === 1)?.heading;
  const title = front.title ?? first;
  return { ...(title !== undefined && { title }), sections };
}

/** Sections of converted Markdown, whose line numbers are not the file's. */
export function madeSections(markdown: string): { title?: string; sections: Section[] } {
  const { sections, ...about } = markdownSections(markdown);
  return { ...about, sections: sections.map(({ line: _line, ...section }) => section) };
}

function frontMatter(lines: readonly string[]): { lines: number; title?: string } {
  if (lines[0]?.trimEnd() !== '---') return { lines: 0 };
  const end = lines.findIndex((line, index) => index > 0 && /^(---|\.\.\.)\s*$/.test(line));
  if (end === -1 || !lines.slice(1, end).every((line) => /^(\s|#|- |[\w-]+\s*:|$)/.test(line))) return { lines: 0 };
  const title = lines
    .slice(1, end)
    .map((line) => /^title\s*:\s*["']?(.*?)["']?\s*$/.exec(line)?.[1])
    .find((found) => found !== undefined && found !== '');
  return { lines: end + 1, ...(title !== undefined && { title }) };
}

class SectionCutter {
  readonly #sections: Section[] = [];
  #open: { heading?: string; level: number; line: number; lines: string[] };
  #fence: string | undefined;

  constructor(line: number) {
    this.#open = { level: 0, line: line + 1, lines: [] };
  }

  take(line: string, number: number): void {
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined && (this.#fence === undefined || fence.startsWith(this.#fence))) {
      this.#fence = this.#fence === undefined ? fence : undefined;
    }
    if (this.#fence !== undefined || fence !== undefined) return void this.#open.lines.push(line);
    const [, marks, heading = ''] = HEADING.exec(line) ?? [];
    if (marks !== undefined) return this.#begin(plain(heading), marks.length, number);
    const under = UNDERLINE.exec(line)?.[1];
    if (under !== undefined && this.#isParagraphEnd()) {
      const text = this.#open.lines.pop()!;
      return this.#begin(plain(text.trim()), under.startsWith('=') ? 1 : 2, number - 1);
    }
    this.#open.lines.push(line);
  }

  /** Whether the last line begins its paragraph: an underline below a longer paragraph is a rule or part of a table. */
  #isParagraphEnd(): boolean {
    const [before = '', last = ''] =
      this.#open.lines.slice(-2).length === 2 ? this.#open.lines.slice(-2) : ['', this.#open.lines.at(-1)];
    return last.trim() !== '' && before.trim() === '' && !/^\s*([-*+>|]|\d+[.)])\s?/.test(last) && last.length <= 200;
  }

  #begin(heading: string, level: number, line: number): void {
    this.#close();
    this.#open = { ...(heading !== '' && { heading }), level, line, lines: [] };
  }

  #close(): void {
    const { lines, heading, level, line } = this.#open;
    const text = trimLines(lines);
    if (text === '' && heading === undefined) return;
    this.#sections.push({ ...(heading !== undefined && { heading }), level, text, line });
  }

  end(): Section[] {
    this.#close();
    return this.#sections;
  }
}

/** Trims empty lines at both ends; the first line keeps its indentation, since it may be code. */
function trimLines(lines: readonly string[]): string {
  const from = lines.findIndex((line) => line.trim() !== '');
  const to = lines.findLastIndex((line) => line.trim() !== '');
  return from === -1
    ? ''
    : lines
        .slice(from, to + 1)
        .join('\n')
        .trimEnd();
}

/** A heading without emphasis, links and anchors. */
function plain(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s*\{#[^}]*\}$/, '')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+.!-])/g, '$1')
    .trim();
}
