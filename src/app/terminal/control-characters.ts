/**
 * Names of files, tensors and recipes, texts of rows and answers of models are untrusted, and a terminal obeys
 * control characters: they could recolour it, retitle it, make it answer. They are made visible; only the command
 * line's own sequences pass, marked with a random number until they are written out.
 */
import { randomInt } from 'node:crypto';
import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

const OWN = String(randomInt(1e9, 9e9));
const OWN_SEQUENCE = new RegExp(`\\u001B\\[${OWN};(\\d+[mK])`, 'g');
/** C0 but for the line feed and the tab, DEL, C1, and what turns the direction of writing. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Takes a line away, to write another in its place. */
export const ERASE_LINE = `\u001B[${OWN};2K`;

/** Ends all colours. */
export const RESET = `\u001B[${OWN};0m`;

/** A text with its control characters made visible; our own sequences stay. */
export function visible(text: string): string {
  const parts = text.split(`\u001B[${OWN};`);
  return parts.map((part) => part.replaceAll('\r\n', '\n').replace(CONTROLS, shown)).join(`\u001B[${OWN};`);
}

/** Text for the terminal: untrusted control characters are visible, our own sequences act. */
export function forTerminal(text: string): string {
  return visible(text).replace(OWN_SEQUENCE, (_, sequence: string) =>
    sequence === '2K' ? '\r\u001B[2K' : `\u001B[${sequence}`,
  );
}

/** JSON has its own escapes for the first of them; the same value with the others escaped, too. */
export function jsonForTerminal(json: string): string {
  return json.replace(CONTROLS, (character) => `\\u${hex(character)}`);
}

/** Colours whose sequences are ours. */
export function ownColours(isWanted: boolean): Colours {
  const plain = picocolors.createColors(isWanted);
  const entries = Object.entries(plain).map(([name, paint]) => [
    name,
    typeof paint === 'function' ? (text: string | number) => painted(paint as (text: string) => string, text) : paint,
  ]);
  return Object.fromEntries(entries) as Colours;
}

/** A colour within another is opened again behind it, for which both have to look alike. */
function painted(paint: (text: string) => string, text: string | number): string {
  const inner = visible(String(text)).replace(OWN_SEQUENCE, '\u001B[$1');
  return paint(inner).replaceAll('\u001B[', `\u001B[${OWN};`);
}

/** "␛" for escape; others by their number. */
function shown(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${hex(character).toUpperCase()}>`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
