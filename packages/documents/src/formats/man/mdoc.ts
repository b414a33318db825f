/** A line of mdoc(7), in which macros may occur among the words: `Op Fl v Ar file`. */
import { table } from '@attune/base/table';

/** Macros that enclose the rest of the line. */
const ENCLOSING: Readonly<Record<string, readonly [string, string]>> = table({
  Op: ['[', ']'],
  Oo: ['[', ''],
  Oc: [']', ''],
  Dq: ['“', '”'],
  Qq: ['"', '"'],
  Sq: ['‘', '’'],
  Ql: ['‘', '’'],
  Pq: ['(', ')'],
  Bq: ['[', ']'],
  Brq: ['{', '}'],
  Aq: ['<', '>'],
});
/** Macros that only classify their words. */
const PLAIN = new Set(
  'Ar Cm Pa Ev Em Sy Li Va Vt Dv Er Fa Fn Ft Ic In Lk Mt Nd Nm No St Tn Ux Bx Nx Ox Fx An Ad Cd Pf Ns Ap Ms Ta Sx Tg D1 Fo Fc Do Dc Xo Xc'.split(
    ' ',
  ),
);
const CLOSING = /^[.,:;)\]?!]$/;

export function mdocText(words: readonly string[]): string {
  const out: string[] = [];
  const ends: string[] = [];
  /** The next word is joined to the previous one without a space. */
  let isTight = true;
  const put = (word: string): void => {
    if (isTight || CLOSING.test(word) || out.length === 0) out.push(`${out.pop() ?? ''}${word}`);
    else out.push(word);
    isTight = false;
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const pair = ENCLOSING[word];
    if (pair !== undefined) {
      put(pair[0]);
      isTight = pair[0] !== ']';
      ends.push(pair[1]);
    } else if (word === 'Fl') {
      put('-');
      isTight = at + 1 < words.length && !CLOSING.test(words[at + 1]) && !isMacro(words[at + 1]);
    } else if (word === 'Xr') {
      put(`${words[at + 1] ?? ''}${words[at + 2] === undefined ? '' : `(${words[at + 2]})`}`);
      at += 2;
    } else if (word === 'Ns' || word === 'Ap') isTight = true;
    else if (!isMacro(word)) put(word);
  }
  return `${out.join(' ')}${ends.toReversed().join('')}`;
}

function isMacro(word: string): boolean {
  return PLAIN.has(word) || ENCLOSING[word] !== undefined || word === 'Fl' || word === 'Xr';
}
