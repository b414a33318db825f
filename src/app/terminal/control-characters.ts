/**
 * File names, tensors, recipes, rows and answers are untrusted, and control characters in them could recolour or
 * retitle a terminal or make it send input. They are made visible. Only the command line's own sequences pass; until
 * output they are marked with a random number.
 */
import { randomInt } from 'node:crypto';
import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

const OWN = String(randomInt(1e9, 9e9));
const OWN_SEQUENCE = new RegExp(`\\u001B\\[${OWN};(\\d+[mK])`, 'g');
/** C0 except line feed and tab, DEL, C1, and bidirectional controls. */
// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Clears the line, so that another can be written in its place. */
export const ERASE_LINE = `\u001B[${OWN};2K`;

/** Resets all colours. */
export const RESET = `\u001B[${OWN};0m`;

/** Makes control characters visible, except in attune's own sequences. */
export function visible(text: string): string {
  const parts = text.split(`\u001B[${OWN};`);
  return parts.map((part) => part.replaceAll('\r\n', '\n').replace(CONTROLS, shown)).join(`\u001B[${OWN};`);
}

/** Text for the terminal: untrusted control characters are visible, attune's own sequences take effect. */
export function forTerminal(text: string): string {
  return visible(text).replace(OWN_SEQUENCE, (_, sequence: string) =>
    sequence === '2K' ? '\r\u001B[2K' : `\u001B[${sequence}`,
  );
}

/** JSON escapes only C0; escapes the other control characters too, with the same value. */
export function jsonForTerminal(json: string): string {
  return json.replace(CONTROLS, (character) => `\\u${hex(character)}`);
}

/** Colours in attune's own sequences. */
export function ownColours(isWanted: boolean): Colours {
  const plain = picocolors.createColors(isWanted);
  const entries = Object.entries(plain).map(([name, paint]) => [
    name,
    typeof paint === 'function' ? (text: string | number) => painted(paint as (text: string) => string, text) : paint,
  ]);
  return Object.fromEntries(entries) as Colours;
}

/** Restores the outer colour after an inner one ends, which requires that both use the same sequences. */
function painted(paint: (text: string) => string, text: string | number): string {
  const inner = visible(String(text)).replace(OWN_SEQUENCE, '\u001B[$1');
  return paint(inner).replaceAll('\u001B[', `\u001B[${OWN};`);
}

/** "␛" for escape; other characters as their code. */
function shown(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${hex(character).toUpperCase()}>`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
