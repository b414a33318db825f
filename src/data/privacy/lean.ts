/**
 * Patterns written so that V8 compiles each part about once. It copies what stands behind a choice for each of its ways,
 * up to ten times, and what is repeated for each of up to three repetitions: megabytes of code of kilobytes of pattern.
 * What matches stays the same.
 */

import { GROUP, QUANTIFIER } from './words/syntax.ts';

/** Always met; what stands behind a lookahead is compiled once for all the ways that lead to it. */
const JOINT = '(?=)';
/** Never met, but as if it had no length: what might be empty is repeated by a counter and not in copies. */
const NEVER = '|(?!)';

/** As heavy as this, what follows is worth a joint, and what is repeated a counter. */
const [LONG, REPEATED] = [16, 20];
/** In signs of a pattern. With the flag u a class has the pairs of all planes: kilobytes wherever it stands. */
const [CLASS, UNICODE_CLASS] = [4, 30];
/** V8 makes copies up to here, of what there must be and of what there may be. */
const MOST_COPIES = 3;

interface Written {
  text: string;
  weight: number;
  /** More than one way leads through it. */
  hasWays: boolean;
}

/** A pattern for a regular expression with these flags; those of v, with classes within classes, stay as they are. */
export function lean(source: string, flags = ''): string {
  if (source.includes(JOINT) || source.includes(NEVER) || flags.includes('v')) return source;
  return new Writer(source, flags.includes('u')).choice().text;
}

class Writer {
  readonly #source: string;
  readonly #isUnicode: boolean;
  #at = 0;

  constructor(source: string, isUnicode: boolean) {
    this.#source = source;
    this.#isUnicode = isUnicode;
  }

  /** Up to the bracket that closes the group, or the end. */
  choice(): Written {
    const options = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    return {
      text: options.map(({ text }) => text).join('|'),
      weight: options.reduce((sum, { weight }) => sum + weight, 0),
      hasWays: options.length > 1 || options[0].hasWays,
    };
  }

  #sequence(): Written {
    const items: Written[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at])) items.push(this.#repeated());
    let [text, behind] = ['', 0];
    for (const item of items.toReversed()) {
      const isJoined = item.hasWays && behind >= LONG;
      text = item.text + (isJoined ? JOINT : '') + text;
      behind = item.weight + (isJoined ? 0 : behind);
    }
    return {
      text,
      weight: items.reduce((sum, { weight }) => sum + weight, 0),
      hasWays: items.some(({ hasWays }) => hasWays),
    };
  }

  #repeated(): Written {
    const item = this.#item();
    const quantifier = QUANTIFIER.exec(this.#source.slice(this.#at, this.#at + 16));
    if (quantifier === null) return item;
    this.#at += quantifier[0].length;
    const text = item.weight < REPEATED ? undefined : counted(item.text, quantifier);
    return { ...item, text: text ?? item.text + quantifier[0], hasWays: true };
  }

  #item(): Written {
    const [head] = GROUP.exec(this.#source.slice(this.#at, this.#at + 40)) ?? [''];
    if (head !== '') {
      this.#at += head.length;
      const inner = this.choice();
      this.#at++;
      return { ...inner, text: `${head}${inner.text})`, hasWays: inner.hasWays && !/[=!]$/.test(head) };
    }
    const [text] = ATOM.exec(this.#source.slice(this.#at))!;
    this.#at += text.length;
    if (this.#isUnicode && /\\[pPSWD]|^\[\^/.test(text)) return { text, weight: UNICODE_CLASS, hasWays: false };
    return { text, weight: text.startsWith('[') ? CLASS : 1, hasWays: false };
  }
}

/** Undefined where V8 counts by itself, or would copy no more than once. */
function counted(item: string, [quantifier, sign, low, comma, high]: RegExpExecArray): string | undefined {
  if (sign !== undefined || comma === undefined || /\((?!\?)|\(\?<\w/.test(item)) return undefined;
  const [least, most] = [Number(low), high === '' ? Number.POSITIVE_INFINITY : Number(high)];
  if (least > MOST_COPIES || (least === 0 && most > MOST_COPIES) || most < 2) return undefined;
  const repeated = `(?:${item}${NEVER})`;
  if (least === 0) return repeated + quantifier;
  // Once by itself: that it cannot be empty tells where matches may begin.
  return `${item}${repeated}{${least - 1},${high === '' ? '' : most - 1}}${quantifier.endsWith('}') ? '' : '?'}`;
}

const ATOM = /^(?:\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|k<\w+>|[^])|\[(?:\\[^]|[^\]\\])*\]|[^])/u;

/** The same, of an expression that is there. */
export function leanPattern({ source, flags }: RegExp): RegExp {
  return new RegExp(lean(source, flags), flags);
}
