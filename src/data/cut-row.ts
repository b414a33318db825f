/** How one row that is too long is cut: by its kind, to the tokens that fit. */
import { greatest } from '../base/many.ts';
import { sha256 } from '../files/hash.ts';
import { kindOf, kindsWhere, type Example } from './kinds/index.ts';

export type LongRowPolicy = 'fail' | 'drop' | 'truncate' | 'split';

/** Part of a text that `truncate` removes: its end, its beginning (both as Hugging Face's tokenizers name them), or its middle. */
export type TruncationSide = 'right' | 'left' | 'middle';

/** Kinds that may lose any part, since none of their tokens is trained. */
export const CUT_ANYWHERE = kindsWhere(({ cut }) => cut === 'windows' || cut === 'sides');

/** Kinds that `split` reads in windows, all windows of a text together, where they are one text. */
export const READ_IN_WINDOWS = kindsWhere(({ cut }) => cut === 'windows');

/** Facts about the example behind a row of tokens. */
export type RowOrigin = Pick<Example, 'kind' | 'source'> & { textPair?: string };

/** A row as tokens, all arrays of the same length; whatever else it has is kept with every piece. */
export interface TokenRow {
  ids: Int32Array;
  /** 1 where the token carries loss. */
  trained: Uint8Array;
  /** BERT's segment ids. */
  typeIds?: Int32Array;
  /** Lengths of the row's texts, where it has several: each is cut by itself. */
  segments?: readonly number[];
  /** Which of these each continues, or -1: answers that share a prompt. */
  parents?: readonly number[];
  /** Images among its tokens: none of these can be taken away alone. */
  images?: readonly unknown[];
  /** Keys random numbers; the later windows of a text get ids of their own. */
  id?: string;
}

export interface FitOptions {
  maxLength: number;
  /** Tokens of the longest answer, of rows whose answers share a prompt; a longer one loses its end. */
  maxAnswer?: number;
  /** The longest row that the model can read, where that is what limits; a larger max_length would not help then. */
  modelLimit?: number;
  policy: LongRowPolicy;
  /** Tokens at a row's start that every cut keeps (BOS, [CLS]). */
  keepStart?: number;
  /** Whether a token is one of those that stand before a row's items: all of them stay with its last items. */
  isLead?: (token: number) => boolean;
  /** Where texts of `CUT_ANYWHERE` are cut; all others have a side of their own. */
  side?: TruncationSide;
  /** Windows of a text of `READ_IN_WINDOWS` at most, spread over it where it has more; 8 unless given. */
  maxWindows?: number | null;
  /** Tokens that begin a text's frame (BOS, [CLS]): every cut of a text keeps one. */
  starts?: readonly number[];
  /** Tokens that end a text's frame ([SEP], </s>): every cut of a text keeps one that carries no loss. */
  ends?: readonly number[];
}

/** The pieces that the policy leaves of one row that is too long: none, one, or several windows of a text. */
export function cutRow<Row extends TokenRow>(row: Row, { kind, textPair }: RowOrigin, options: FitOptions): Row[] {
  if (options.policy === 'drop' || options.policy === 'fail') return [];
  const { cut } = kindOf({ kind });
  if (cut === 'never') return [];
  if (row.segments !== undefined) {
    return [
      row.parents === undefined ? shortened(row, row.segments, options) : sharedPrompt(row, row.segments, options),
    ];
  }
  if (options.policy === 'split') {
    if (cut === 'rows') return windows(row, options);
    if (cut === 'windows' && textPair === undefined) return [inWindows(row, options)];
  }
  if (cut === 'rows' || cut === 'windows' || cut === 'end') {
    return [keep(row, cutText(row, [0, row.ids.length], options))];
  }
  if (cut === 'newest') return [newestItems(row, options)];
  const piece = keep(row, withoutBeginning(row, options));
  // Where the cut falls into an earlier answer, its first token has lost what it was predicted from.
  piece.trained[options.keepStart ?? 0] = 0;
  return [piece];
}

/** Keeps the lead and the newest items; the first of these has lost its context and is not trained. */
function newestItems<Row extends TokenRow>(row: Row, { maxLength, isLead = () => false }: FitOptions): Row {
  const items = row.ids.findIndex((token) => !isLead(token));
  // A lead longer than the model reads leaves room for the last item.
  const lead = Math.max(0, Math.min(items, maxLength - 1));
  const piece = keep(row, [
    [0, lead],
    [row.ids.length - (maxLength - lead), row.ids.length],
  ]);
  if (piece.ids.length > lead + 1) piece.trained[lead] = 0;
  return piece;
}

/** Each of a row's texts with as much as there is room for. */
function shortened<Row extends TokenRow>(row: Row, segments: readonly number[], options: FitOptions): Row {
  const { maxLength } = options;
  let from = 0;
  const stretches = segments.flatMap((length): Stretches => {
    const end = from + length;
    const parts: Stretches = length > maxLength ? cutText(row, [from, end], options) : [[from, end]];
    from = end;
    return parts;
  });
  return { ...keep(row, stretches), segments: segments.map((length) => Math.min(length, maxLength)) };
}

/**
 * Answers to one prompt: this loses its beginning, as far as the longest answer asks for it and down to a quarter of the
 * room; an answer that is still too long loses its end.
 */
function sharedPrompt<Row extends TokenRow>(row: Row, segments: readonly number[], options: FitOptions): Row {
  const { maxLength, maxAnswer = maxLength, keepStart = 0 } = options;
  const [prompt, ...answers] = segments;
  const longest = Math.min(maxAnswer, greatest(answers));
  const kept = Math.min(prompt, Math.max(maxLength - longest, Math.floor(maxLength / 4), keepStart + 1));
  const lengths = [kept, ...answers.map((length) => Math.min(length, maxAnswer, maxLength - kept))];
  let from = prompt;
  const ends = answers.map((length, i): Stretches[number] => {
    const stretch: Stretches[number] = [from, from + lengths[i + 1]];
    from += length;
    return stretch;
  });
  const stretches: Stretches = [[0, keepStart], [prompt - (kept - keepStart), prompt], ...ends];
  return { ...keep(row, stretches), segments: lengths };
}

/** Stretches of a row's tokens: from … to - 1. */
type Stretches = [from: number, to: number][];

/** As much of a text as there is room for, and the tokens of its frame. */
function cutText(row: TokenRow, [from, end]: Stretches[number], options: FitOptions): Stretches {
  const { maxLength, side = 'right' } = options;
  const { first, last } = frameOf(row, [from, end], options);
  const room = maxLength - first - last;
  const kept = { right: room, left: 0, middle: Math.ceil(room / 2) }[side];
  return [
    [from, from + first + kept],
    [end - last - (room - kept), end],
  ];
}

/** How many tokens at a text's beginning and end are its frame's. */
function frameOf(row: TokenRow, [from, end]: Stretches[number], { starts = [], ends = [] }: FitOptions) {
  const first = starts.includes(row.ids[from]) ? 1 : 0;
  // An answer that has lost its end must not teach that it ends there.
  const last = ends.includes(row.ids[end - 1]) && row.trained[end - 1] === 0 ? 1 : 0;
  return { first, last };
}

/** A row is read at once: a book in all its windows would need the memory of a book. */
const MOST_WINDOWS = 8;

/**
 * A text as one row of several, its windows, each in the text's frame: about equally long where they hold all of it, else
 * spread evenly from its beginning to its end.
 */
function inWindows<Row extends TokenRow>(row: Row, options: FitOptions): Row {
  const { length } = row.ids;
  const { first, last } = frameOf(row, [0, length], options);
  const [room, inner] = [options.maxLength - first - last, length - first - last];
  const needed = Math.ceil(inner / room);
  const count = Math.min(needed, options.maxWindows ?? MOST_WINDOWS);
  const size = count === needed ? inner / count : room;
  const step = count === 1 ? 0 : (inner - size) / (count - 1);
  const stretches = Array.from({ length: count }, (_, window): Stretches => [
    [0, first],
    [first + Math.round(window * step), first + Math.round(window * step + size)],
    [length - last, length],
  ]);
  const segments = stretches.map((parts) => parts.reduce((sum, [from, to]) => sum + to - from, 0));
  return { ...keep(row, stretches.flat()), segments };
}

/**
 * Without the prompt's beginning. Where the last answer alone is too long it loses its end (and with it its stop token:
 * nothing is taught about stopping there), and the prompt keeps a quarter.
 */
function withoutBeginning(row: TokenRow, { maxLength, keepStart = 0 }: FitOptions): Stretches {
  const { length } = row.ids;
  const room = maxLength - keepStart;
  const answer = startOfLastAnswer(row.trained);
  let from = length - room;
  if (answer !== undefined && from >= answer) from = Math.max(keepStart, answer - Math.floor(room / 4));
  return [
    [0, keepStart],
    [from, from + room],
  ];
}

/** Index of the first token of the last run of trained tokens; undefined where none is trained. */
function startOfLastAnswer(trained: Uint8Array): number | undefined {
  const last = trained.lastIndexOf(1);
  return last === -1 ? undefined : trained.lastIndexOf(0, last) + 1;
}

/** Windows without overlap. A window's opening has nothing before it to be predicted from, so it carries no loss. */
function windows<Row extends TokenRow>(row: Row, { maxLength, keepStart = 0 }: FitOptions): Row[] {
  const { length } = row.ids;
  const pieces = [keep(row, [[0, maxLength]])];
  for (let from = maxLength; from < length; from += maxLength - keepStart) {
    const to = Math.min(length, from + maxLength - keepStart);
    const window: Stretches = [
      [0, keepStart],
      [from, to],
    ];
    const piece = keep(row, window);
    piece.trained.fill(0, 0, Math.max(1, keepStart));
    if (row.id !== undefined) piece.id = sha256(`${row.id} ${from}`).slice(0, row.id.length);
    // A last window of one token would train nothing.
    if (piece.ids.length > 1) pieces.push(piece);
  }
  return pieces;
}

function keep<Row extends TokenRow>(row: Row, stretches: Stretches): Row {
  const pick = <T extends Int32Array | Uint8Array>(array: T): T => {
    const parts = stretches.map(([from, to]) => array.subarray(from, to));
    const length = parts.reduce((total, part) => total + part.length, 0);
    const picked = array instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
    parts.reduce((at, part) => (picked.set(part, at), at + part.length), 0);
    return picked as T;
  };
  const { ids, trained, typeIds } = row;
  return { ...row, ids: pick(ids), trained: pick(trained), ...(typeIds !== undefined && { typeIds: pick(typeIds) }) };
}
