/** Context features of a word for the tagger: its line, lexicon terms nearby, and findings of the recognisers. */
import { mark, row, type FormMarks } from './features.ts';
import type { Finding } from './finding.ts';
import { asScriptListed, scriptNames } from './gazetteer.ts';
import { kinds } from './kinds.ts';
import { piecesOf, type Piece } from './pieces.ts';
import { tokensIn, type Reading } from './reading.ts';
import type { FoundTerm } from './terms.ts';
import { hashOf, type Sort, type Token } from './tokens.ts';

const AROUND = 100;

/** Rows of the features of each token's context, in addition to those of its form and its neighbours. */
export class Surroundings {
  readonly #reading: Reading;
  readonly #facts: readonly FormMarks[];
  readonly #hints: ReadonlyMap<number, readonly number[]>;
  readonly #before: Int32Array;
  readonly #behind: Int32Array;
  readonly #lines: readonly Line[];
  readonly #scriptNames: ReadonlyMap<number, string>;
  readonly #chunks: readonly number[];
  readonly #pieces: readonly (Piece | undefined)[];

  constructor(reading: Reading, facts: readonly FormMarks[], hints: readonly Finding[]) {
    this.#reading = reading;
    this.#facts = facts;
    this.#hints = hintsOf(reading, hints);
    [this.#before, this.#behind] = termsAround(reading);
    this.#lines = linesOf(reading.tokens);
    this.#scriptNames = scriptNamesIn(reading);
    this.#chunks = chunksOf(reading, facts);
    this.#pieces = piecesOf(reading.text, reading.tokens);
  }

  hasHints(at: number): boolean {
    return this.#hints.has(at);
  }

  /** Appends the rows of a token and returns their number. */
  rowsAt(at: number, into: Int32Array): number {
    let count = 0;
    const add = (template: number, value: number): void => {
      into[count++] = row(AROUND + template, value);
    };
    const { tokens } = this.#reading;
    const [facts, line, term] = [this.#facts, this.#lines[at], this.#before[at]];
    const [before, here, behind] = [facts[at - 1], facts[at], facts[at + 1]];
    const written = mixed(here.listing, tokens[at].form.isCapital ? 1 : 0);
    const isGlued = tokens[at - 1]?.end === tokens[at].start;
    const isGluedBehind = tokens[at + 1]?.start === tokens[at].end;
    add(0, mixed(before?.shape, here.shape));
    add(1, mixed(here.shape, behind?.shape));
    add(2, mixed(mixed(before?.shape, here.shape), behind?.shape));
    add(3, mixed(before?.listing, here.listing));
    add(4, mixed(here.listing, behind?.listing));
    add(5, mixed(before?.sorts, here.listing));
    add(6, mixed(before?.sorts, here.shape));
    add(7, mixed(mixed(facts[at - 2]?.sorts, before?.sorts), here.shape));
    add(8, mixed((isGlued ? 1 : 0) + (isGluedBehind ? 2 : 0), here.shape));
    add(9, mixed(line.style, written));
    add(10, mixed(line.isFirst ? 1 : 0, written));
    add(11, mixed(line.capitals, written));
    add(12, mixed(term, SORTS.indexOf(tokens[at].form.sort)));
    add(13, mixed(term, here.shape));
    add(14, mixed(term, this.#chunks[at]));
    add(15, mixed(this.#behind[at], here.shape));
    add(16, this.#chunks[at]);
    add(17, mixed(this.#chunks[at], before?.sorts));
    const scriptName = this.#scriptNames.get(at);
    if (scriptName !== undefined) add(18, hashOf(scriptName));
    add(19, mixed(line.label, mixed(line.isFirst ? 1 : 0, here.shape)));
    for (const hint of this.#hints.get(at) ?? []) {
      add(20, hint);
      add(21, mixed(hint, term));
    }
    const piece = this.#pieces[at];
    return piece === undefined ? count : this.#pieceRows(piece, into, count);
  }

  #pieceRows({ sort, signs, before, behind, from }: Piece, into: Int32Array, first: number): number {
    let count = first;
    const add = (template: number, value: number): void => {
      into[count++] = row(PIECE + template, value);
    };
    const [near, far] = before.map(({ lower }) => hashOf(lower));
    const next = behind.length > 0 ? hashOf(behind[0].lower) : undefined;
    const term = this.#before[from];
    add(0, sort);
    add(1, signs);
    add(2, mixed(near, sort));
    add(3, mixed(near, signs));
    add(4, mixed(near, far));
    add(5, mixed(next, signs));
    add(6, mixed(term, sort));
    add(7, mixed(term, signs));
    if (before.length > 0) {
      add(8, hashOf(before[0].lower.slice(-5)));
      add(9, hashOf(before[0].lower.slice(0, 5)));
    }
    for (const { lower } of before) add(10, hashOf(lower));
    for (const { lower } of behind) add(11, hashOf(lower));
    return count;
  }
}

/** The first template of the features of pieces. */
const PIECE = 140;

const SORTS: readonly Sort[] = ['word', 'number', 'mark', 'break'];

/** The most rows that `rowsAt` can write. */
export const MOST_ROWS = 64;

function mixed(one = 7, other = 7): number {
  return Math.imul(one, 31) ^ other ^ (one >>> 16);
}

/** Which recognisers cover a token, and whether their finding begins there; only for covered tokens. */
function hintsOf(reading: Reading, hints: readonly Finding[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { start, end, recogniser, kind, score } of hints) {
    const name = hashOf(`${recogniser} ${kind} ${score < 0.5 ? 'hint' : ''}`);
    for (const at of tokensIn(reading, start, end)) {
      const names = found.get(at) ?? [];
      const begun = reading.tokens[at].start <= start ? [name + 1] : [];
      found.set(at, names.length < MOST_HINTS ? [...names, name, ...begun] : names);
    }
  }
  return found;
}

const MOST_HINTS = 8;
const [FAR_BEFORE, FAR_BEHIND] = [8, 5];

/** The nearest lexicon term before each token in its line and its distance, and the nearest one after it. */
function termsAround({ tokens, terms }: Reading): [before: Int32Array, behind: Int32Array] {
  const before = new Int32Array(tokens.length);
  const behind = new Int32Array(tokens.length);
  const within = new Uint8Array(tokens.length);
  for (const { from, to } of terms) within.fill(1, from, to);
  for (const term of terms) {
    const code = codeOf(term);
    before.fill(code, term.from, term.to);
    for (let at = term.to; at < tokens.length && at - term.to < FAR_BEFORE; at++) {
      if (tokens[at].form.sort === 'break' || within[at] === 1) break;
      before[at] = code + 1 + distance(at - term.to);
    }
    for (let at = term.from - 1; at >= 0 && term.from - at <= FAR_BEHIND; at--) {
      if (tokens[at].form.sort === 'break' || within[at] === 1) break;
      behind[at] = code + 1 + distance(term.from - at);
    }
  }
  return [before, behind];
}

const ROLES: readonly FoundTerm['role'][] = ['announcing', 'owner', 'phrase', 'number', 'nobody'];
/** Larger than any distance. */
const STEP = 16;

function codeOf({ role, kind }: FoundTerm): number {
  return STEP * (1 + kinds.indexOf(kind) + kinds.length * ROLES.indexOf(role));
}

const distance = (count: number): number => (count < 3 ? count : count < 5 ? 3 : 5);

/** Features shared by all tokens of a line. */
interface Line {
  /** 0 for lower case only, 1 for upper case only, 2 for both. */
  style: number;
  /** The share of its words with a capital, in quarters. */
  capitals: number;
  /** Kind that the line above introduces, if it ends in a label. */
  label: number;
  isFirst: boolean;
}

function linesOf(tokens: readonly Token[]): Line[] {
  const lines: Line[] = [];
  let label = 0;
  for (let from = 0; from < tokens.length;) {
    let to = from;
    while (to < tokens.length && tokens[to].form.sort !== 'break') to++;
    const { style, capitals } = styleOf(tokens, from, to);
    const [first, other] = [true, false].map((isFirst) => ({ style, capitals, label, isFirst }));
    for (let at = from; at <= to && at < tokens.length; at++)
      lines.push(at === from || ENDS.has(tokens[at - 1].form.text) ? first : other);
    const last = tokens[to - 1];
    label = to > from && to - from <= 6 && last.form.text === ':' ? 1 : to === from ? 2 : 3;
    from = to + 1;
  }
  return lines;
}

/** After these a capital is weak evidence. */
const ENDS: ReadonlySet<string> = new Set(['.', '!', '?', ':', '•', '-', '–']);

function styleOf(tokens: readonly Token[], from: number, to: number): Pick<Line, 'style' | 'capitals'> {
  let [words, capitals, whole] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const { form } = tokens[at];
    if (form.sort !== 'word' || form.text.length < 2) continue;
    words++;
    if (form.isCapital) capitals++;
    if (form.isCapital && form.text === form.text.toUpperCase()) whole++;
  }
  const style = capitals === 0 ? 0 : whole === words ? 1 : 2;
  return { style, capitals: words === 0 ? 0 : Math.round((4 * capitals) / words) };
}

const LONGEST_NAME = 4;

/** For scripts without spaces: the list that has a name in these adjacent characters, and the position in the name. */
function scriptNamesIn({ text, tokens }: Reading): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at].form.text.charCodeAt(0) < 0xe00) continue;
    const { given, family } = scriptNames();
    for (let length = LONGEST_NAME; length > 0; length--) {
      const last = tokens[at + length - 1];
      if (last === undefined || last.end - tokens[at].start > 2 * length + 4) continue;
      const known = asScriptListed(text.slice(tokens[at].start, last.end));
      const listed = `${mark(family.get(known), 'f')}${mark(given.get(known), 'g')}`;
      if (listed === '') continue;
      for (let inner = 0; inner < length; inner++)
        found.set(at + inner, `${found.get(at + inner) ?? ''} ${listed}${length}${inner}`);
      break;
    }
  }
  return found;
}

/** A hash of the shapes of all tokens between two spaces: "XX-99-99". */
function chunksOf({ tokens }: Reading, facts: readonly FormMarks[]): number[] {
  const found: number[] = [];
  for (let from = 0; from < tokens.length;) {
    let hash = facts[from].shape;
    let to = from + 1;
    while (to < tokens.length && tokens[to].start === tokens[to - 1].end && tokens[to].form.sort !== 'break')
      hash = mixed(hash, facts[to++].shape);
    for (; from < to; from++) found.push(hash);
  }
  return found;
}
