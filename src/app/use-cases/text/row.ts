import type { ShownPart } from '../../../models/text/index.ts';
import type { Colours } from '../../terminal/terminal.ts';

type Part = Pick<ShownPart, 'text' | 'trained'> & Partial<Pick<ShownPart, 'special'>>;

/**
 * Formats a row for a terminal: trained spans green, others dim, special tokens bold; line feeds and control
 * characters are visible.
 */
export function paintParts(parts: readonly Part[], colours: Colours): string {
  return parts.map((part) => paintPart(part, colours)).join('');
}

/** Colours end at each line break, where pagers may cut. */
function paintPart({ text, trained, special = false }: Part, { bold, dim, green }: Colours): string {
  const paint = (line: string) => (special ? bold(trained ? green(line) : dim(line)) : (trained ? green : dim)(line));
  return withMarks(text)
    .split('\n')
    .map((line) => (line === '' ? '' : paint(line)))
    .join('\n');
}

// Control characters in data could control the terminal; format characters could hide or reverse text.
const INVISIBLE = /(?![\n\t])[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

function withMarks(text: string): string {
  return text
    .replaceAll(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll('\n', '⏎\n');
}
