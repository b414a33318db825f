/** Removes secrets from untrusted texts: servers echo their input, whole or in part, plain or encoded. */
import { table } from './table.ts';

export interface Secret {
  value: string;
  /** Replacement: "(the value of OPENAI_API_KEY)". */
  shown: string;
}

/** Minimum length of a match that cannot be a coincidence; shorter remnants do not help to guess the rest. */
const LEAST_PART = 6;
const MOST_ROUNDS = 3;

/**
 * Removes every part of the secrets from a text, however it is escaped: as JSON, in percent or HTML notation, in
 * base64 or hex. If a secret appears only after unescaping, the unescaped text is returned.
 */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  let result = text;
  for (const { value, shown } of secrets) {
    if (value === '') continue;
    const forms = formsOf(value);
    const plain = unescaped(result);
    const isHidden = plain !== result && cut(plain, forms, shown) !== plain;
    result = cut(isHidden ? plain : result, forms, shown);
  }
  return result;
}

/** The secret itself, in base64 at each of three alignments, and in hex. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The characters at both ends depend on neighbouring bytes.
    return text.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const encoded = [...shifted, ...shifted.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
  const hex = bytes.toString('hex');
  return [...new Set([value, ...encoded, hex, hex.toUpperCase()])];
}

/** Replaces the longest match of any form, from left to right. */
function cut(text: string, forms: readonly string[], shown: string): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const length = forms.reduce((longest, form) => Math.max(longest, partAt(text, at, form)), 0);
    if (length > 0 && !result.endsWith(shown)) result += shown;
    if (length === 0) result += text[at];
    at += Math.max(1, length);
  }
  return result;
}

/** Length of the match of a form at a position; 0 if too short to matter. */
function partAt(text: string, at: number, form: string): number {
  const least = Math.min(LEAST_PART, form.length);
  let length = least;
  if (at + least > text.length || !form.includes(text.slice(at, at + least))) return 0;
  while (at + length < text.length && form.includes(text.slice(at, at + length + 1))) length++;
  return length;
}

const NAMED: Readonly<Record<string, string>> = table({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" });

/** Undoes escapes, including nested ones. */
function unescaped(text: string): string {
  let now = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = now
      .replace(/\\u\{?([0-9a-f]{4})\}?|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,4});/gi, (_, ...codes) =>
        String.fromCharCode(
          parseInt(
            (codes as string[]).slice(0, 4).find((code) => code !== undefined)!,
            16,
          ),
        ),
      )
      .replace(/&#(\d{1,5});/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => NAMED[name])
      .replace(/\\(["'/\\])/g, '$1');
    if (next === now) return now;
    now = next;
  }
  return now;
}

/** A URL that was normalised as a path has only one slash. */
const ADDRESS = /\b((?:[a-z][a-z0-9+.-]*:\/\/)|(?:(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|https?|ftp):\/))/
  .source;
const USER = new RegExp(`${ADDRESS}[^\\s/?#'"@]*(?::[^\\s'"@]*)?@`, 'gi');
const KEY_IN_QUERY = /([?&](?:password|passwd|pwd|token|api_?key|access_?key|secret|sslpassword)=)[^\s&#'"]*/gi;

/** Removes users, passwords and key-like query values from URLs in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(USER, '$1').replace(KEY_IN_QUERY, '$1…');
}

/** Whether a text contains a URL with a password. */
export function hasCredentials(text: string): boolean {
  return withoutCredentials(text) !== text;
}
