import { AttuneError, type Problem } from '../../base/errors.ts';
import { entryOf } from '../../base/table.ts';
import type { AddedTokenJson } from './bpe/train-bpe.ts';
import { parseObject } from './tokenizer-files.ts';

/** The vocabulary in tokenizer.json; all other keys are preserved. */
export interface ParsedTokenizer extends Record<string, unknown> {
  added_tokens?: AddedTokenJson[] | null;
  model: { type?: string; vocab: Record<string, number> | [string, number][] };
}

/** Parses tokenizer.json. @throws E_TOKENIZER_INVALID if it is not JSON or has no vocabulary */
export function parseTokenizer(text: string, origin: string): ParsedTokenizer {
  const what = `tokenizer.json of ${origin}`;
  const parsed = parseObject(text, what);
  const vocabulary = (parsed.model as { vocab?: unknown } | undefined)?.vocab;
  if (typeof vocabulary === 'object' && vocabulary !== null) {
    refuseBadIds(parsed as ParsedTokenizer, what);
    return parsed as ParsedTokenizer;
  }
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${what} has no vocabulary`,
    expected: 'an object with model.vocab, as written by transformers',
    fix: 'fetch it again from the model that it belongs to',
  });
}

/** Maximum number of unused ids; some files reserve a few thousand. */
const MOST_GAPS = 65_536;

/** Ids index a table, so an id of a billion would need a billion rows. */
function refuseBadIds(parsed: ParsedTokenizer, what: string): void {
  const { vocab } = parsed.model;
  const entries = Array.isArray(vocab) ? [] : Object.entries(vocab);
  const added: unknown = parsed.added_tokens ?? [];
  const tokens = Array.isArray(added) ? (added as (Partial<AddedTokenJson> | null)[]) : [null];
  const size = (Array.isArray(vocab) ? vocab.length : entries.length) + tokens.length;
  const most = 2 * size + MOST_GAPS;
  const isId = (id: unknown) => Number.isInteger(id) && (id as number) >= 0 && (id as number) < most;
  const problems: Problem[] = [
    ...entries.filter(([, id]) => !isId(id)).map(([token, id]) => badId(`model.vocab["${token}"]`, id, size)),
    ...tokens.flatMap((token, i) => {
      if (typeof token?.content !== 'string') return [{ field: `added_tokens[${i}]`, message: 'has no content' }];
      return isId(token.id) ? [] : [badId(`added_tokens[${i}].id`, token.id, size)];
    }),
  ];
  if (problems.length === 0) return;
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${what} has tokens with invalid ids`,
    problems: problems.slice(0, MOST_LISTED),
    problemCount: problems.length,
    fix: 'fetch it again from the same model',
  });
}

const MOST_LISTED = 20;

function badId(field: string, id: unknown, size: number): Problem {
  return { field, message: `is ${JSON.stringify(id) ?? 'missing'}, in a vocabulary of ${size} tokens` };
}

/** Largest id plus one: the minimum number of embedding rows. */
export function countIds(parsed: ParsedTokenizer): number {
  const vocabulary = parsed.model.vocab;
  // A unigram vocabulary is a list with scores, indexed by id.
  let largest = Array.isArray(vocabulary) ? vocabulary.length - 1 : -1;
  if (!Array.isArray(vocabulary)) {
    for (const token of Object.keys(vocabulary)) largest = Math.max(largest, entryOf(vocabulary, token));
  }
  for (const { id } of parsed.added_tokens ?? []) largest = Math.max(largest, id);
  return largest + 1;
}

/** The parts of a tokenizer that are compared with a model. */
export interface Sized {
  /** Largest id plus one. */
  readonly size: number;
  readonly origin: string;
}

// Embeddings are padded to round sizes, by a few percent, never to twice the size.
const MOST_ROWS_PER_ID = 2;

/**
 * Rejects a tokenizer that cannot belong to a model with `vocabSize` embedding rows. Some unused rows are normal.
 *
 * @throws E_VOCABULARY_MISMATCH
 */
export function checkVocabulary(tokenizer: Sized, vocabSize: number): void {
  if (tokenizer.size <= vocabSize && vocabSize <= tokenizer.size * MOST_ROWS_PER_ID) return;
  throw new AttuneError('E_VOCABULARY_MISMATCH', {
    what: `The tokenizer of ${tokenizer.origin} does not belong to this model`,
    got: `a tokenizer with ids up to ${tokenizer.size - 1} and a model with ${vocabSize} embedding rows`,
    expected: 'an embedding row for every id, and fewer than twice as many rows as ids',
    fix: 'use the tokenizer.json that came with the model; after adding tokens, resize the embedding table',
  });
}
