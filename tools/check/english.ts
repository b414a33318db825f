/**
 * Comments and messages in plain English: neither begins a sentence with "What …", "Of …", "Who …" (titles and questions may), and
 * neither uses the phrases below, which read as if translated. Start with a noun or a verb and use the field's own word.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { listFiles } from './source-files.ts';

const FOLDERS = ['src', 'packages', 'native'];
const OPENINGS = /^(?:Of|What|Whoever|Who|Whom|Whose|(?:By|From|With|To|In) what)\b/;
const MESSAGE_OPENINGS = /^(?:what|whoever|who|whom|whose|nobody|somebody)\b/i;
const PHRASES =
  /\b(?:(?:is|are) told|whoever|whomever|so many|made (?:again|anew)|beside|lest|is asked for|comes of|unless (?:told|asked)|as (?:it|they) stands?|go(?:es)? on|(?<!there )(?:is|are) no(?= (?!longer\b)\w))\b/i;
/** Parts of errors and of definitions that users read. */
const MESSAGE = /^\s*(?:what|got|expected|fix|message|summary|description|title|reason): *(?:(['"`])(.*)\1,?)?$/;
const TEXT = /^\s*(['"`])(.*)\1,?$/;

export const english: Check = {
  name: 'english',
  run: (root) =>
    listFiles(root, FOLDERS, ['.ts', '.cpp', '.hpp'])
      .filter((file) => !/\.generated\.|\/test\//.test(file))
      .flatMap((file) => {
        const source = readFileSync(join(root, file), 'utf8');
        return [...foreignComments(source), ...foreignMessages(source)].map((fault) => `${file}:${fault}`);
      }),
};

/** Faults of the texts under an error's or a definition's keys; a long text may be on the line after its key. */
export function foreignMessages(source: string): string[] {
  const lines = source.split('\n');
  return lines.flatMap((line, i) => {
    const parts = MESSAGE.exec(line);
    if (parts === null) return [];
    const [at, text] = parts[2] === undefined ? [i + 1, TEXT.exec(lines[i + 1] ?? '')?.[2]] : [i, parts[2]];
    const words = (text ?? '').replaceAll(/\$\{[^}]*\}/g, '');
    const isHeading = /^\s*title:/.test(line) || words.endsWith('?');
    const found = (isHeading ? undefined : MESSAGE_OPENINGS.exec(words)?.[0]) ?? PHRASES.exec(words)?.[0];
    return found === undefined ? [] : [fault(at + 1, found)];
  });
}

/** Faults of a source's comments: line and the words to replace. */
export function foreignComments(source: string): string[] {
  return commentsOf(source).flatMap(({ line, text }) => {
    const opening = text
      .split(/(?<=[.;:])\s+/)
      .map((sentence) => OPENINGS.exec(sentence)?.[0])
      .find((found) => found !== undefined);
    const found = opening ?? PHRASES.exec(text)?.[0];
    return found === undefined ? [] : [fault(line, found)];
  });
}

function fault(line: number, found: string): string {
  return `${line} "${found}": begin with a noun or a verb, in the field's own words`;
}

/** Comments on lines of their own; adjacent `//` lines are one. */
function commentsOf(source: string): { line: number; text: string }[] {
  const comments: { line: number; text: string }[] = [];
  const pattern = /^[ \t]*(?:\/\*\*?([\s\S]*?)\*\/|\/\/(.*(?:\n[ \t]*\/\/.*)*))/gm;
  for (const { index, 1: block, 2: lines } of source.matchAll(pattern)) {
    const text = (block ?? lines).replaceAll(/\n[ \t]*(?:\*|\/\/)?[ \t]*/g, ' ').trim();
    comments.push({ line: source.slice(0, index).split('\n').length, text });
  }
  return comments;
}
