import { plural } from '../../base/format.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { GgufItem, GgufMetadata, GgufValue } from '../../tensor/gguf/index.ts';
import { byteToCharacter, unspellBytes } from '../bpe/byte-alphabet.ts';
import { parseObject } from '../tokenizer-files.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { ggufSplitName } from './split-name.ts';

/** ggml's kinds of tokens. */
const KIND = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

/** A tokenizer in llama.cpp's terms, and where that reads texts otherwise. */
export interface GgufVocabulary {
  metadata: GgufMetadata;
  differences: string[];
}

interface BpeModel {
  type?: unknown;
  vocab: Record<string, number>;
  merges?: readonly (string | readonly [string, string])[];
  ignore_merges?: unknown;
  dropout?: unknown;
  byte_fallback?: unknown;
  continuing_subword_prefix?: unknown;
  end_of_word_suffix?: unknown;
}

interface Source {
  model: BpeModel;
  normalizer?: { type?: unknown } | null;
  pre_tokenizer?: unknown;
}

/** A byte-level BPE for a model with so many rows in its token table. @throws E_GGUF_UNSUPPORTED */
export function ggufVocabulary(tokenizer: Tokenizer, rows: number): GgufVocabulary {
  const source = parseObject(tokenizer.files.tokenizer, `tokenizer.json of ${tokenizer.origin}`) as unknown as Source;
  const split = ggufSplitName(source.pre_tokenizer, source.model.ignore_merges === true);
  const problems = modelProblems(source, split);
  if (problems.length > 0) throw unsupported(tokenizer, problems);
  const { tokens, kinds } = listTokens(tokenizer, source.model.vocab, rows);
  pushAll(problems, tokenProblems(tokenizer, tokens, kinds));
  if (problems.length > 0) throw unsupported(tokenizer, problems);
  const merges = (source.model.merges ?? []).map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const stops = stopKeys(tokenizer);
  const metadata = new Map<string, GgufValue>([
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text(split!)],
    ['tokenizer.ggml.tokens', list('string', tokens)],
    ['tokenizer.ggml.token_type', list('i32', kinds)],
    ['tokenizer.ggml.merges', list('string', merges)],
    ...idValues({ bos: tokenizer.bosId, padding: tokenizer.special.pad?.id, unknown: tokenizer.unkId, ...stops.ids }),
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: tokenizer.addsBos }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ...templateValues(tokenizer),
  ]);
  return { metadata, differences: [...stops.differences, ...readingDifferences(tokenizer, source)] };
}

const text = (value: string): GgufValue => ({ type: 'string', value });
const list = (of: 'string' | 'i32', value: readonly GgufItem[]): GgufValue => ({ type: 'array', of, value });

function unsupported({ origin }: Tokenizer, problems: Problem[]): AttuneError {
  return new AttuneError('E_GGUF_UNSUPPORTED', {
    what: `llama.cpp cannot read the tokenizer of ${origin} as it is`,
    expected: 'a byte-level BPE that cuts text as GPT-2, Llama 3, Qwen2 or SmolLM do',
    problems,
    fix: 'keep it in Hugging Face format: attune export --to merged',
  });
}

function modelProblems({ model, normalizer, pre_tokenizer }: Source, split: string | undefined): Problem[] {
  if (model.type !== 'BPE') return [{ field: 'model.type', message: `${String(model.type)}, not BPE` }];
  const problems: Problem[] = [];
  for (const key of ['dropout', 'byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix'] as const) {
    const value = model[key] ?? '';
    if (value !== '' && value !== false) problems.push({ field: `model.${key}`, message: JSON.stringify(value) });
  }
  const type = normalizer?.type ?? 'NFC';
  if (type !== 'NFC') problems.push({ field: 'normalizer', message: `${String(type)} is not known there` });
  if (split === undefined) {
    const cut = JSON.stringify(pre_tokenizer ?? null);
    problems.push({ field: 'pre_tokenizer', message: `no name for this way to cut text: ${cut.slice(0, 200)}` });
  }
  return problems;
}

function listTokens(
  tokenizer: Tokenizer,
  vocabulary: Record<string, number>,
  rows: number,
): { tokens: string[]; kinds: number[] } {
  const count = Math.max(rows, tokenizer.size);
  const tokens = Array.from({ length: count }, (_, id) => `[PAD${id}]`);
  const kinds: number[] = Array.from({ length: count }, () => KIND.unused);
  for (const [token, id] of Object.entries(vocabulary)) {
    tokens[id] = token;
    kinds[id] = tokenizer.isSpecial(id) ? KIND.control : KIND.normal;
  }
  for (const { id, content, special } of tokenizer.addedTokens) {
    tokens[id] = content;
    kinds[id] = special ? KIND.control : KIND.userDefined;
  }
  if (count === rows) return { tokens, kinds };
  const message = `${plural(tokenizer.size, 'tokens')} for ${plural(rows, 'rows')} in the model's table`;
  throw unsupported(tokenizer, [{ field: 'added_tokens', message }]);
}

function tokenProblems(tokenizer: Tokenizer, tokens: readonly string[], kinds: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const other = seen.get(token);
    if (other !== undefined) problems.push({ field: `token ${id}`, message: `"${token}" is also token ${other}` });
    seen.set(token, id);
    if (kinds[id] === KIND.normal && unspellBytes(token) === undefined)
      problems.push({ field: `token ${id}`, message: `"${token}" is not spelt in bytes` });
  }
  const missing = byteToCharacter.filter((character) => !seen.has(character)).length;
  if (missing > 0) problems.push({ field: 'model.vocab', message: `${missing} of the 256 bytes are no token` });
  if (tokenizer.stopIds.length === 0) {
    problems.push({ field: 'eos_token', message: 'no token ends an answer, and llama.cpp would take token 11 for it' });
  }
  return problems;
}

/** A file names up to three tokens at which generation ends: of a text, of a turn, of a message. */
function stopKeys(tokenizer: Tokenizer): { ids: Record<string, number>; differences: string[] } {
  const { stopIds } = tokenizer;
  const eos = tokenizer.eosId ?? stopIds[0];
  const [eot, eom, ...rest] = stopIds.filter((id) => id !== eos);
  const named = Object.entries({ eos, eot, eom }).filter(([, id]) => id !== undefined);
  const differences = rest.map(
    (id) => `llama.cpp is not told to stop at ${tokenizer.tokenOf(id)} (token ${id}): a file names three`,
  );
  return { ids: Object.fromEntries(named) as Record<string, number>, differences };
}

function idValues(ids: Readonly<Record<string, number | undefined>>): [string, GgufValue][] {
  return Object.entries(ids).flatMap(([role, id]): [string, GgufValue][] =>
    id === undefined ? [] : [[`tokenizer.ggml.${role}_token_id`, { type: 'u32', value: id }]],
  );
}

/** The one in use without a suffix, others under their names. */
function templateValues({ templates: { sources } }: Tokenizer): [string, GgufValue][] {
  const main = sources.has('default') ? 'default' : sources.keys().next().value;
  const others = [...sources.keys()].filter((name) => name !== main);
  const values = [...sources].map(([name, source]): [string, GgufValue] => [
    name === main ? 'tokenizer.chat_template' : `tokenizer.chat_template.${name}`,
    text(source),
  ]);
  return others.length === 0 ? values : [...values, ['tokenizer.chat_templates', list('string', others)]];
}

function readingDifferences({ addedTokens }: Tokenizer, { normalizer }: Source): string[] {
  const differences: string[] = [];
  if (normalizer?.type === 'NFC')
    differences.push('llama.cpp does not compose Unicode (NFC): decomposed accents become other tokens');
  const greedy = addedTokens.filter(({ lstrip, rstrip, single_word }) => lstrip || rstrip || single_word);
  if (greedy.length > 0) {
    const names = greedy.map(({ content }) => content).join(', ');
    differences.push(`llama.cpp does not take the white space beside ${names}, nor look at its neighbours`);
  }
  return differences;
}
