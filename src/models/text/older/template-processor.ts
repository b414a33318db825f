import { AttuneError } from '../../../base/errors.ts';

/** Placeholder of a text in a template. */
type Slot = 'A' | 'B';

/** A post-processor that adds special tokens to one text or a pair, from lists such as `['[CLS]:0', '$A:0', '[SEP]:0']`. */
export function templateProcessor(
  single: readonly string[],
  pair: readonly string[],
  ids: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const tokens = new Set(
    [...single, ...pair].map((part) => splitPart(part).name).filter((name) => !name.startsWith('$')),
  );
  const missing = [...tokens].filter((token) => !ids.has(token));
  if (missing.length > 0) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `The vocabulary lacks tokens that are added to every text: ${missing.join(', ')}`,
      fix: 'the vocabulary is for another class of tokenizer, or the file is truncated: fetch it again',
    });
  }
  return {
    type: 'TemplateProcessing',
    single: single.map(describe),
    pair: pair.map(describe),
    special_tokens: Object.fromEntries(
      [...tokens].map((token) => [token, { id: token, ids: [ids.get(token)], tokens: [token] }]),
    ),
  };
}

function splitPart(part: string): { name: string; type: number } {
  const colon = part.lastIndexOf(':');
  return { name: part.slice(0, colon), type: Number(part.slice(colon + 1)) };
}

function describe(part: string): Record<string, unknown> {
  const { name, type: type_id } = splitPart(part);
  if (name.startsWith('$')) return { Sequence: { id: name.slice(1) as Slot, type_id } };
  return { SpecialToken: { id: name, type_id } };
}
