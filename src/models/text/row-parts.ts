import type { AttuneError } from '../../base/errors.ts';
import { cutAtLines } from './line-cutter.ts';
import type { Draft, TrainedSpan } from './row-draft.ts';
import type { EncodedText } from './encoded-text.ts';
import type { ImageFile } from './message.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Part of a row that is tokenised separately; `id` if it is a known token instead of text. */
export interface RowPart {
  text: string;
  id?: number;
}

/** A row as parts to tokenise, in order. */
export interface RowParts {
  text: string;
  trained: TrainedSpan[];
  parts: RowPart[];
  /** Images of the image tokens, in order. */
  images?: readonly ImageFile[];
  /** As in `Draft`. */
  askedAt?: number;
  mismatch?: AttuneError;
}

/**
 * Resolves BOS and EOS, and splits the text where answers start. If both template and tokenizer add a BOS, one is kept;
 * if the tokenizer requires one that the template omits, it is added.
 */
export function splitRow(draft: Draft, tokenizer: Tokenizer): RowParts {
  const { bos, eos } = tokenizer.special;
  const body = bos === undefined ? draft : withoutRepeatedStart(draft, bos.content);
  const lead = bos !== undefined && tokenizer.addsBos && !body.text.startsWith(bos.content) ? bos : undefined;
  const tail = draft.endsWithEos ? eos : undefined;
  const places = tokenizer.joinsParts ? [0, ...body.cuts, body.text.length] : [0, body.text.length];
  const stretches = places.slice(1).map((place, index) => body.text.slice(places[index], place));
  const texts = tokenizer.cutsAtLines ? stretches.flatMap((stretch) => cutAtLines(stretch)) : stretches;
  const parts: RowPart[] = texts.map((text) => ({ text }));
  if (lead !== undefined) parts.unshift({ text: lead.content, id: lead.id });
  if (tail !== undefined) parts.push({ text: tail.content, id: tail.id });
  const trained = moveSpans(body.trained, lead?.content.length ?? 0);
  const last = trained.at(-1);
  // If a row ends with EOS, its last span is trained and includes EOS.
  if (tail !== undefined && last !== undefined) last.end += tail.content.length;
  const askedAt = body.askedAt === undefined ? undefined : body.askedAt + (lead?.content.length ?? 0);
  const { mismatch, images } = body;
  return { text: parts.map(({ text }) => text).join(''), trained, parts, askedAt, mismatch, images };
}

/** The row up to where serving would ask for its last trained answer. */
export function promptOfRow({ parts, askedAt = 0 }: RowParts): RowParts {
  const kept: RowPart[] = [];
  let place = 0;
  for (const part of parts) {
    const text = part.text.slice(0, askedAt - place);
    if (text !== '') kept.push({ ...part, text });
    place += part.text.length;
    if (place >= askedAt) break;
  }
  return { text: kept.map(({ text }) => text).join(''), trained: [], parts: kept };
}

function withoutRepeatedStart(draft: Draft, bos: string): Draft {
  let surplus = 0;
  while (draft.text.startsWith(bos + bos, surplus)) surplus += bos.length;
  if (surplus === 0) return draft;
  const cuts = draft.cuts.map((cut) => Math.max(0, cut - surplus));
  const askedAt = draft.askedAt === undefined ? undefined : Math.max(0, draft.askedAt - surplus);
  return { ...draft, text: draft.text.slice(surplus), trained: moveSpans(draft.trained, -surplus), cuts, askedAt };
}

function moveSpans(spans: readonly TrainedSpan[], by: number): TrainedSpan[] {
  return spans.map((span) => ({ ...span, start: Math.max(0, span.start + by), end: Math.max(0, span.end + by) }));
}

/** Tokenises the parts of many rows in one batch, then joins each row's tokens, with offsets in its whole text. */
export async function encodeRows(rows: readonly RowParts[], tokenizer: Tokenizer): Promise<EncodedText[]> {
  const texts = rows.flatMap(({ parts }) => parts.filter(({ id }) => id === undefined).map(({ text }) => text));
  const encoded = await tokenizer.encodeWithOffsets(texts);
  let next = 0;
  return rows.map(({ parts }) =>
    join(
      parts,
      parts.map((part) => encodeKnown(part) ?? encoded[next++]),
    ),
  );
}

function encodeKnown({ text, id }: RowPart): EncodedText | undefined {
  if (id === undefined) return undefined;
  return { ids: Int32Array.of(id), starts: Int32Array.of(0), ends: Int32Array.of(text.length) };
}

function join(parts: readonly RowPart[], encoded: readonly EncodedText[]): EncodedText {
  if (encoded.length === 1) return encoded[0];
  const length = encoded.reduce((sum, { ids }) => sum + ids.length, 0);
  const whole = { ids: new Int32Array(length), starts: new Int32Array(length), ends: new Int32Array(length) };
  let token = 0;
  let place = 0;
  for (const [index, { ids, starts, ends }] of encoded.entries()) {
    whole.ids.set(ids, token);
    for (let i = 0; i < ids.length; i++) {
      whole.starts[token + i] = starts[i] + place;
      whole.ends[token + i] = ends[i] + place;
    }
    token += ids.length;
    place += parts[index].text.length;
  }
  return whole;
}
