import { TemplateSyntaxError } from './errors.ts';

const SIMPLE = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const DIGITS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** The content of a string literal, with Python's escapes resolved. @throws TemplateSyntaxError */
export function unescapeString(inside: string, line: number): string {
  if (!inside.includes('\\')) return inside;
  return inside.replaceAll(
    /\\(?:([xuU])([\da-fA-F]{0,8})|([0-7]{1,3})|(N)|([^]))/gu,
    (...[all, kind, hex, octal, named, other]: [string, ...(string | undefined)[]]) => {
      if (kind !== undefined) return codeEscape(kind, hex ?? '', line);
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (named !== undefined) throw new TemplateSyntaxError('characters by name (\\N{…}) are not supported', line);
      return SIMPLE.get(other ?? '') ?? unknownEscape(all, other ?? '');
    },
  );
}

function codeEscape(kind: string, hex: string, line: number): string {
  const digits = DIGITS.get(kind)!;
  const code = Number.parseInt(hex.slice(0, digits), 16);
  if (hex.length < digits || code > 0x10ffff) throw new TemplateSyntaxError(`truncated \\${kind} escape`, line);
  return String.fromCodePoint(code) + hex.slice(digits);
}

/** Jinja2 escapes characters beyond ASCII before it resolves escapes: a backslash in front of one therefore stays. */
function unknownEscape(all: string, character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return all;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
