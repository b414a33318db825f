/** Truncation of a row that is too long, according to its kind. */
import { greatest } from '../base/many.ts';
import { sha256 } from '../files/hash.ts';
import { kindOf, kindsWhere, type Example } from './kinds/index.ts';

export type LongRowPolicy = 'fail' | 'drop' | 'truncate' | 'split';

/** Part of a text that `truncate` removes: its end, its beginning (both as Hugging Face's tokenizers name them), or its middle. */
export type TruncationSide = 'right' | 'left' | 'middle';

/** Kinds that may lose any part, since none of their tokens is trained. */
export const CUT_ANYWHERE = kindsWhere(({ cut }) => cut === 'windows' || cut === 'sides');

/** Kinds that `split` reads in windows; all windows of a text form one row. */
export const READ_IN_WINDOWS = kindsWhere(({ cut }) => cut === 'windows');

/** Facts about the example of a token row. */
export type RowOrigin = Pick<Example, 'kind' | 'source'> & { textPair?: string };

/** A tokenised row with parallel arrays; other fields are copied to every piece. */
export interface TokenRow {
  ids: Int32Array;
  /** 1 if the token has loss. */
  trained: Uint8Array;
  /** BERT's segment ids. */
  typeIds?: Int32Array;
  /** Lengths of the row's texts if there are several; each is truncated separately. */
  segments?: readonly number[];
  /** Parent of each text, or -1: answers that share a prompt. */
  parents?: readonly number[];
  /** Images among its tokens, none of which can be removed alone. */
  images?: readonly unknown[];
  /** Key for random numbers; later windows of a text get ids of their own. */
  id?: string;
}

export interface FitOptions {
  maxLength: number;
  /** Maximum tokens of an answer, for rows whose answers share a prompt; longer ones lose their end. */
  maxAnswer?: number;
  /** Context length of the model, if that is the limit; a larger max_length would not help then. */
  modelLimit?: number;
  policy: LongRowPolicy;
  /** Number of tokens at the start of a row that every cut keeps (BOS, [CLS]). */
  keepStart?: number;
  /** Whether a token belongs to the lead before a row's items, which stays with the last items. */
  isLead?: (token: number) => boolean;
  /** Side on which `CUT_ANYWHERE` texts are truncated; others have a fixed side. */
  side?: TruncationSide;
  /** Maximum windows of a `READ_IN_WINDOWS` text, spread over it if it has more; default 8. */
  maxWindows?: number | null;
  /** Tokens that start a text's frame (BOS, [CLS]): every cut keeps one. */
  starts?: readonly number[];
  /** Tokens that end a text's frame ([SEP], </s>): every cut keeps one without loss. */
  ends?: readonly number[];
}

/** The pieces that the policy leaves of a row that is too long: none, one, or several windows. */
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
  // If the cut falls into an earlier answer, its first token has lost its context.
  piece.trained[options.keepStart ?? 0] = 0;
  return [piece];
}

/** Keeps the lead and the newest items; the first of these has lost its context and is not trained. */
function newestItems<Row extends TokenRow>(row: Row, { maxLength, isLead = () => false }: FitOptions): Row {
  const items = row.ids.findIndex((token) => !isLead(token));
  // A lead that exceeds the context leaves room for the last item.
  const lead = Math.max(0, Math.min(items, maxLength - 1));
  const piece = keep(row, [
    [0, lead],
    [row.ids.length - (maxLength - lead), row.ids.length],
  ]);
  if (piece.ids.length > lead + 1) piece.trained[lead] = 0;
  return piece;
}

/** Each of a row's texts truncated to its share of the space. */
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
 * Answers to one prompt. The prompt loses its beginning as far as the longest answer requires, down to a quarter of the
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

/** Half-open ranges of a row's tokens. */
type Stretches = [from: number, to: number][];

/** A text truncated to the available space, with the tokens of its frame. */
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

/** Number of frame tokens at the start and end of a text. */
function frameOf(row: TokenRow, [from, end]: Stretches[number], { starts = [], ends = [] }: FitOptions) {
  const first = starts.includes(row.ids[from]) ? 1 : 0;
  // A truncated answer must not teach that it ends there.
  const last = ends.includes(row.ids[end - 1]) && row.trained[end - 1] === 0 ? 1 : 0;
  return { first, last };
}

/** All windows of a row are read at once, so their number bounds memory. */
const MOST_WINDOWS = 8;

/**
 * Splits a text into windows within one row, each with the text's special tokens. The windows are of similar length if
 * they cover the whole text; otherwise they are spread evenly over it.
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
 * Drops the prompt's beginning. If the last answer alone is too long, it loses its end (and its stop token, so that no
 * false end is taught), and the prompt keeps a quarter of the room.
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

/** Index of the first token of the last trained run; undefined if none is trained. */
function startOfLastAnswer(trained: Uint8Array): number | undefined {
  const last = trained.lastIndexOf(1);
  return last === -1 ? undefined : trained.lastIndexOf(0, last) + 1;
}

/** Windows without overlap. The first token of a window has no context and no loss. */
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
