import { AttuneError, type Problem } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import { withImages, type ImageTexts } from './image-texts.ts';
import { checkRenderedRow } from './row-check.ts';
import {
  draftPrompt,
  draftRow,
  type Draft,
  type OpenConversation,
  type RenderableRow,
  type TrainOn,
  type TrainedSpan,
  type RenderedRow,
  type Piece,
} from './row-draft.ts';
import { encodeRows, promptOfRow, splitRow, type RowParts } from './row-parts.ts';
import { tokenMismatch } from './served-prompt.ts';
import type { EncodedText } from './encoded-text.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface RendererOptions {
  /** `answers` by default. */
  trainOn?: TrainOn;
  /** Current time for templates that show the date. Fix it for reproducible rows. */
  now?: Date;
  /** Whether rows of kind text end with EOS, if the tokenizer has one; true by default. */
  textEos?: boolean;
  /** Conversion of images to tokens, for vision language models. */
  images?: ImageTexts;
}

/** Ids after which the model answers. */
export interface RenderedPrompt extends Pick<RenderedRow, 'ids' | 'images'> {
  text: string;
}

/** Rows in the given order, undefined where a problem gives the reason. */
export interface RenderedRows {
  rows: (RenderedRow | undefined)[];
  problems: Problem[];
}

// Errors that no other row could avoid.
const TEMPLATE_ERRORS = new Set<string>(['E_TEMPLATE_MISSING', 'E_TEMPLATE_INVALID', 'E_NO_STOP_TOKEN']);

/**
 * Turns rows into tokens and a mask of the trained ones, for training, evaluation and serving alike. Special tokens
 * written in a plain text or an answer count as such; in other messages they stay text. A row starts with a single BOS
 * if tokenizer or template want one. An answer is trained from the end of its header up to and including the token that
 * ends its turn.
 *
 * Text is tokenised in parts, split where answers start, because serving has to do so: a training row thus starts with
 * exactly its prompt's ids. Tokenizers that prepend a space do not allow that; there, a token is trained if any of its
 * text is.
 */
export class Renderer {
  readonly tokenizer: Tokenizer;
  readonly #options: Required<Omit<RendererOptions, 'images'>>;
  readonly #images: ImageTexts | undefined;

  constructor(tokenizer: Tokenizer, options: RendererOptions = {}) {
    this.tokenizer = tokenizer;
    const { trainOn = 'answers', now = new Date(), textEos = true } = options;
    this.#options = { trainOn, now, textEos };
    this.#images = options.images;
  }

  /**
   * Renders many rows and collects all their problems.
   *
   * @throws only errors that no row can avoid: E_TEMPLATE_MISSING, E_TEMPLATE_INVALID, E_NO_STOP_TOKEN
   */
  async renderRows(rows: readonly RenderableRow[]): Promise<RenderedRows> {
    const problems: Problem[] = [];
    const split: (RowParts | undefined)[] = [];
    for (const row of rows) {
      try {
        split.push(await this.#split(row));
      } catch (error) {
        if (!(error instanceof AttuneError) || TEMPLATE_ERRORS.has(error.code)) throw error;
        problems.push(problemOf(row, error));
        split.push(undefined);
      }
    }
    const encoded = await this.#encode(split.filter((parts) => parts !== undefined));
    const rendered = rows.map((row, index) => {
      const result = split[index] === undefined ? undefined : encoded.shift();
      const found = result === undefined ? [] : this.#check(row, result);
      pushAll(problems, found);
      return found.length > 0 ? undefined : result;
    });
    for (const [index, error] of await this.#servingErrors(split, rendered)) {
      problems.push(problemOf(rows[index], error));
      rendered[index] = undefined;
    }
    return { rows: rendered, problems };
  }

  /**
   * Renders one row. @throws E_NOTHING_TRAINED, E_TEMPLATE_UNSTABLE, E_TEMPLATE_NO_STOP, E_TEMPLATE_DROPS_… and the
   * template's own errors
   */
  async render(row: RenderableRow): Promise<RenderedRow> {
    const [rendered] = await this.#encode([await this.#split(row)]);
    if (!rendered.trained.includes(1)) throw nothingTrained(row, rendered);
    return rendered;
  }

  /**
   * Ids after which the model answers: exactly those that a training row of this conversation or prompt starts with,
   * followed by `begun`, the start of an answer.
   */
  async prompt(prompt: OpenConversation | string, begun = ''): Promise<RenderedPrompt> {
    const plain = (text: string): Draft => ({ text, trained: [], cuts: [], endsWithEos: false });
    const isText = typeof prompt === 'string';
    const draft = isText ? plain(prompt) : await draftPrompt(prompt, this.tokenizer, this.#options.now);
    const drafted = await withImages(draft, isText ? [] : prompt.messages, this.#images);
    const cuts = begun === '' ? drafted.cuts : [...drafted.cuts, drafted.text.length];
    const parts = splitRow({ ...drafted, text: drafted.text + begun, cuts }, this.tokenizer);
    const [{ ids }] = await encodeRows([parts], this.tokenizer);
    return { ids, text: parts.text, ...(drafted.images && { images: drafted.images }) };
  }

  #check(row: RenderableRow, rendered: RenderedRow): Problem[] {
    if (!rendered.trained.includes(1)) return [problemOf(row, nothingTrained(row, rendered))];
    if (row.kind === 'text') return [];
    return checkRenderedRow(rendered, this.tokenizer).map((problem) => ({ ...problem, ...row.source }));
  }

  /** Rows that do not start with the ids of the prompt that serving would use for their last answer. */
  async #servingErrors(
    split: readonly (RowParts | undefined)[],
    rendered: readonly (RenderedRow | undefined)[],
  ): Promise<[number, AttuneError][]> {
    const whole = [...rendered.keys()].filter((index) => rendered[index] !== undefined);
    const unlike = whole.flatMap((index): [number, AttuneError][] => {
      const mismatch = split[index]?.mismatch;
      return mismatch === undefined ? [] : [[index, mismatch]];
    });
    // Tokenizers whose text can be split tokenised the prompt separately, so their ids agree.
    if (this.tokenizer.joinsParts) return unlike;
    const asked = whole.filter((index) => split[index]?.askedAt !== undefined && split[index]?.mismatch === undefined);
    const prompts = await encodeRows(
      asked.map((index) => promptOfRow(split[index]!)),
      this.tokenizer,
    );
    const joined = asked.flatMap((index, place): [number, AttuneError][] => {
      const mismatch = tokenMismatch(prompts[place].ids, rendered[index]!.ids, this.tokenizer);
      return mismatch === undefined ? [] : [[index, mismatch]];
    });
    return [...unlike, ...joined];
  }

  async #split(row: RenderableRow): Promise<RowParts> {
    const draft = await draftRow(row, this.tokenizer, this.#options);
    const messages = row.kind === 'chat' ? row.messages : [];
    return splitRow(await withImages(draft, messages, this.#images), this.tokenizer);
  }

  async #encode(rows: readonly RowParts[]): Promise<RenderedRow[]> {
    const encoded = await encodeRows(rows, this.tokenizer);
    return encoded.map((tokens, index) => assemble(rows[index], tokens, this.#images));
  }
}

function assemble(row: RowParts, encoded: EncodedText, images: ImageTexts | undefined): RenderedRow {
  const { ids } = encoded;
  const trained = maskOf(row.trained, encoded);
  if (trained.length > 0) trained[0] = 0;
  // Image tokens are never generated.
  if (images !== undefined) for (const [token, id] of ids.entries()) if (id === images.id) trained[token] = 0;
  const pieces = piecesOf(row, encoded, trained);
  return { ids, trained, pieces, ...(row.images && { images: row.images }) };
}

function maskOf(spans: readonly TrainedSpan[], { starts, ends }: EncodedText): Uint8Array {
  const trained = new Uint8Array(starts.length);
  let next = 0;
  for (let token = 0; token < starts.length; token++) {
    while (next < spans.length && spans[next].end <= starts[token]) next++;
    if (next === spans.length) break;
    // A token without text still has a position.
    const { start, end, isOpen } = spans[next];
    // Text after an open answer belongs to the template or the next turn.
    if (isOpen === true && ends[token] > end) continue;
    if (Math.max(ends[token], starts[token] + 1) > start) trained[token] = 1;
  }
  return trained;
}

function piecesOf(row: RowParts, { starts, ends }: EncodedText, trained: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0, end = 0; start < trained.length; start = end) {
    while (end < trained.length && trained[end] === trained[start]) end++;
    const text = row.text.slice(starts[start], ends[end - 1]);
    const piece: Piece = { text, start, end, trained: trained[start] === 1 };
    const span = row.trained.find((candidate) => candidate.end > starts[start]);
    if (piece.trained && span?.message !== undefined) piece.message = span.message;
    if (piece.trained && span?.isOpen === true) piece.isOpen = true;
    if (piece.trained && span?.isEmpty === true) piece.isEmpty = true;
    pieces.push(piece);
  }
  return pieces;
}

const SHOWN_CHARACTERS = 300;

function nothingTrained(row: RenderableRow, { pieces }: RenderedRow): AttuneError {
  const assistants = row.kind === 'chat' ? row.messages.filter(({ role }) => role === 'assistant') : [];
  let reason = 'the answer is empty';
  if (row.kind === 'chat' && assistants.length === 0) reason = 'it has no assistant turn';
  else if (assistants.length > 0) reason = 'every chosen assistant turn has weight 0';
  const text = pieces.map((piece) => piece.text).join('');
  const more = text.length > SHOWN_CHARACTERS ? '…' : '';
  return new AttuneError('E_NOTHING_TRAINED', {
    what: `The row has no tokens to train on: ${reason}`,
    got: JSON.stringify(text.slice(0, SHOWN_CHARACTERS)) + more,
    expected: 'at least one token to train on',
    fix: 'give the row an answer, or remove it',
  });
}

function problemOf({ source }: RenderableRow, { code, what, got, fix }: AttuneError): Problem {
  const message = `${what} [${code}]${got === undefined ? '' : `: ${got}`}`;
  return { message, ...source, ...(fix === undefined ? {} : { fix }) };
}
