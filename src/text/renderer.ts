import { AttuneError, type Problem } from '../base/errors.ts';
import { pushAll } from '../base/many.ts';
import { checkRenderedRow, checkServedPrompt } from './row-check.ts';
import {
  draftPrompt,
  draftRow,
  type ChatRow,
  type Draft,
  type RenderableRow,
  type TrainOn,
  type TrainedSpan,
} from './row-draft.ts';
import { encodeRows, splitRow, type RowParts } from './row-parts.ts';
import type { Conversation } from './template.ts';
import type { EncodedText } from './encoded-text.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface RendererOptions {
  /** `answers` unless told. */
  trainOn?: TrainOn;
  /** The clock for templates that show the date. Give a fixed one where rows must come out the same another day. */
  now?: Date;
  /** Whether rows of kind text end with EOS, where there is one; true unless told. */
  textEos?: boolean;
}

/** Neighbouring tokens that are all trained or all not. */
export interface Piece {
  text: string;
  /** Token places, `[start, end)`. */
  start: number;
  end: number;
  trained: boolean;
  /** The turn that a trained piece answers. */
  message?: number;
}

export interface RenderedRow {
  /** [T] */
  ids: Int32Array;
  /** [T] 1 where the token is to be predicted; the first token, which nothing comes before, never is. */
  trained: Uint8Array;
  pieces: Piece[];
}

/** Rows in the order given, undefined where a problem names the reason. */
export interface RenderedRows {
  rows: (RenderedRow | undefined)[];
  problems: Problem[];
}

// Nothing that another row could do better.
const TEMPLATE_ERRORS = new Set<string>([
  'E_TEMPLATE_MISSING',
  'E_TEMPLATE_INVALID',
  'E_TEMPLATE_DROPS_TOOLS',
  'E_NO_STOP_TOKEN',
]);

/**
 * Turns rows into tokens with the mask of those that are trained: the one place that does, for training, evaluation
 * and serving. Rules: special tokens written in the text count as such. A row starts with one BOS where tokenizer or
 * template want one. An answer is trained from the end of its header to the token that ends its turn, inclusive. A
 * text is tokenised in parts cut where an answer starts, as serving has to, so a training row starts with the very
 * ids of its prompt; tokenizers that put a space before a text cannot be cut: there a token is trained when any of
 * its text is.
 */
export class Renderer {
  readonly tokenizer: Tokenizer;
  readonly #options: Required<RendererOptions>;
  #servesAsTrained = false;

  constructor(tokenizer: Tokenizer, options: RendererOptions = {}) {
    this.tokenizer = tokenizer;
    const { trainOn = 'answers', now = new Date(), textEos = true } = options;
    this.#options = { trainOn, now, textEos };
  }

  /**
   * Many rows at once, with every problem found. @throws only what no row can help: E_TEMPLATE_MISSING,
   * E_TEMPLATE_INVALID, E_TEMPLATE_DROPS_TOOLS, E_NO_STOP_TOKEN, E_TEMPLATE_SERVING
   */
  async renderRows(rows: readonly RenderableRow[]): Promise<RenderedRows> {
    const problems: Problem[] = [];
    const split = rows.map((row) => {
      try {
        return this.#split(row);
      } catch (error) {
        if (!(error instanceof AttuneError) || TEMPLATE_ERRORS.has(error.code)) throw error;
        problems.push(problemOf(row, error));
        return undefined;
      }
    });
    const encoded = await this.#encode(split.filter((parts) => parts !== undefined));
    const rendered = rows.map((row, index) => {
      const result = split[index] === undefined ? undefined : encoded.shift();
      const found = result === undefined ? [] : this.#check(row, result);
      pushAll(problems, found);
      return found.length > 0 ? undefined : result;
    });
    const proof = rows.find((row, index) => row.kind === 'chat' && rendered[index] !== undefined);
    if (proof?.kind === 'chat') await this.#proveServing(proof);
    return { rows: rendered, problems };
  }

  /** One row. @throws E_NOTHING_TRAINED, E_TEMPLATE_UNSTABLE, E_TEMPLATE_NO_STOP and the template's own errors */
  async render(row: RenderableRow): Promise<RenderedRow> {
    const [rendered] = await this.#encode([this.#split(row)]);
    if (!rendered.trained.includes(1)) throw nothingTrained(row, rendered);
    return rendered;
  }

  /** The ids after which the model answers: what a training row of this conversation or prompt starts with. */
  async prompt(prompt: Conversation | string): Promise<{ ids: Int32Array; text: string }> {
    const plain = (text: string): Draft => ({ text, trained: [], cuts: [], endsWithEos: false });
    const draft = typeof prompt === 'string' ? plain(prompt) : draftPrompt(prompt, this.tokenizer, this.#options.now);
    const parts = splitRow(draft, this.tokenizer);
    const [{ ids }] = await encodeRows([parts], this.tokenizer);
    return { ids, text: parts.text };
  }

  #check(row: RenderableRow, rendered: RenderedRow): Problem[] {
    if (!rendered.trained.includes(1)) return [problemOf(row, nothingTrained(row, rendered))];
    if (row.kind === 'text') return [];
    return checkRenderedRow(rendered, this.tokenizer).map((problem) => ({ ...problem, ...row.source }));
  }

  /** One conversation is enough: what a prompt ends with depends on the template and its variables. */
  async #proveServing(row: ChatRow): Promise<void> {
    if (this.#servesAsTrained) return;
    await checkServedPrompt(row, this);
    this.#servesAsTrained = true;
  }

  #split(row: RenderableRow): RowParts {
    return splitRow(draftRow(row, this.tokenizer, this.#options), this.tokenizer);
  }

  async #encode(rows: readonly RowParts[]): Promise<RenderedRow[]> {
    const encoded = await encodeRows(rows, this.tokenizer);
    return encoded.map((tokens, index) => assemble(rows[index], tokens));
  }
}

function assemble(row: RowParts, encoded: EncodedText): RenderedRow {
  const trained = maskOf(row.trained, encoded);
  if (trained.length > 0) trained[0] = 0;
  return { ids: encoded.ids, trained, pieces: piecesOf(row, encoded, trained) };
}

function maskOf(spans: readonly TrainedSpan[], { starts, ends }: EncodedText): Uint8Array {
  const trained = new Uint8Array(starts.length);
  let next = 0;
  for (let token = 0; token < starts.length; token++) {
    while (next < spans.length && spans[next].end <= starts[token]) next++;
    if (next === spans.length) break;
    // A token without text of its own still belongs where it stands.
    if (Math.max(ends[token], starts[token] + 1) > spans[next].start) trained[token] = 1;
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
    pieces.push(piece);
  }
  return pieces;
}

const SHOWN_CHARACTERS = 300;

function nothingTrained(row: RenderableRow, { pieces }: RenderedRow): AttuneError {
  const assistants = row.kind === 'chat' ? row.messages.filter(({ role }) => role === 'assistant') : [];
  let reason = 'the answer is empty';
  if (row.kind === 'chat' && assistants.length === 0) reason = 'there is no assistant turn';
  else if (assistants.length > 0) reason = 'every chosen assistant turn has weight 0';
  const text = pieces.map((piece) => piece.text).join('');
  const more = text.length > SHOWN_CHARACTERS ? '…' : '';
  return new AttuneError('E_NOTHING_TRAINED', {
    what: `The row has no token to train on: ${reason}`,
    got: JSON.stringify(text.slice(0, SHOWN_CHARACTERS)) + more,
    expected: 'at least one trained token',
    fix: 'give the row an answer, or remove it',
  });
}

function problemOf({ source }: RenderableRow, { code, what, got, fix }: AttuneError): Problem {
  const message = `${what} [${code}]${got === undefined ? '' : `: ${got}`}`;
  return { message, ...source, ...(fix === undefined ? {} : { fix }) };
}
