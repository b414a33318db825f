import { plural } from '../../../base/format.ts';
import { AttuneError, type Problem } from '../../../base/errors.ts';
import type { GgufMetadata, GgufValue } from '../../../engine/tensor/gguf/index.ts';
import { parseObject } from '../tokenizer-files.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { readBytes } from './gguf-byte-level.ts';
import { isOfPieces, readPieces } from './pieces.ts';
import { KIND, list, text, type ListedTokens, type Source } from './source.ts';

/** A tokenizer in llama.cpp's format, and differences in how it tokenises. */
export interface GgufVocabulary {
  metadata: GgufMetadata;
  differences: string[];
}

/** Vocabulary for a model whose token table has `rows` rows. @throws E_GGUF_UNSUPPORTED */
export function ggufVocabulary(tokenizer: Tokenizer, rows: number): GgufVocabulary {
  const source = parseObject(tokenizer.files.tokenizer, `tokenizer.json of ${tokenizer.origin}`) as unknown as Source;
  const read = isOfPieces(source) ? readPieces(source) : readBytes(source);
  if (read.problems.length > 0) throw unsupported(tokenizer, read.problems);
  const listed = listTokens(tokenizer, source, rows);
  const described = read.describe(listed, tokenizer);
  const problems = [...repeatedTokens(listed.tokens), ...described.problems, ...endlessProblems(tokenizer)];
  if (problems.length > 0) throw unsupported(tokenizer, problems);
  const stops = stopKeys(tokenizer);
  const metadata = new Map<string, GgufValue>([
    ...described.values,
    ['tokenizer.ggml.tokens', list('string', listed.tokens)],
    ['tokenizer.ggml.token_type', list('i32', listed.kinds)],
    ...idValues({ bos: tokenizer.bosId, padding: tokenizer.special.pad?.id, unknown: tokenizer.unkId, ...stops.ids }),
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: tokenizer.addsBos }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ...templateValues(tokenizer),
  ]);
  return { metadata, differences: [...stops.differences, ...described.differences, ...readingDifferences(tokenizer)] };
}

function unsupported({ origin }: Tokenizer, problems: Problem[]): AttuneError {
  return new AttuneError('E_GGUF_UNSUPPORTED', {
    what: `The tokenizer of ${origin} has no equivalent in llama.cpp`,
    expected:
      'a byte-level BPE that splits text like GPT-2, Llama 3, Qwen2, SmolLM or Tekken, or SentencePiece ' +
      'with byte fallback',
    problems,
    fix: 'keep it in Hugging Face format: attune export --to merged',
  });
}

function listTokens(tokenizer: Tokenizer, { model: { vocab: vocabulary } }: Source, rows: number): ListedTokens {
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
  const message = `${plural(tokenizer.size, 'tokens')}, but the embedding table of the model has ${plural(rows, 'rows')}`;
  throw unsupported(tokenizer, [{ field: 'added_tokens', message }]);
}

function repeatedTokens(tokens: readonly string[]): Problem[] {
  const seen = new Map<string, number>();
  return tokens.flatMap((token, id) => {
    const other = seen.get(token);
    seen.set(token, id);
    return other === undefined ? [] : [{ field: `token ${id}`, message: `"${token}" is also token ${other}` }];
  });
}

function endlessProblems({ stopIds }: Tokenizer): Problem[] {
  if (stopIds.length > 0) return [];
  return [{ field: 'eos_token', message: 'no token ends an answer: llama.cpp would use token 11 instead' }];
}

/** A file can name up to three tokens that stop generation: end of text, of turn, of message. */
function stopKeys(tokenizer: Tokenizer): { ids: Record<string, number>; differences: string[] } {
  const { stopIds } = tokenizer;
  const eos = tokenizer.eosId ?? stopIds[0];
  const [eot, eom, ...rest] = stopIds.filter((id) => id !== eos);
  const named = Object.entries({ eos, eot, eom }).filter(([, id]) => id !== undefined);
  const differences = rest.map(
    (id) => `llama.cpp will not stop at ${tokenizer.tokenOf(id)} (token ${id}): a GGUF file can only name three`,
  );
  return { ids: Object.fromEntries(named) as Record<string, number>, differences };
}

function idValues(ids: Readonly<Record<string, number | undefined>>): [string, GgufValue][] {
  return Object.entries(ids).flatMap(([role, id]): [string, GgufValue][] =>
    id === undefined ? [] : [[`tokenizer.ggml.${role}_token_id`, { type: 'u32', value: id }]],
  );
}

/** The default template has no suffix, others are stored under their names. */
function templateValues({ templates: { sources } }: Tokenizer): [string, GgufValue][] {
  const main = sources.has('default') ? 'default' : sources.keys().next().value;
  const others = [...sources.keys()].filter((name) => name !== main);
  const values = [...sources].map(([name, source]): [string, GgufValue] => [
    name === main ? 'tokenizer.chat_template' : `tokenizer.chat_template.${name}`,
    text(source),
  ]);
  return others.length === 0 ? values : [...values, ['tokenizer.chat_templates', list('string', others)]];
}

function readingDifferences({ addedTokens }: Tokenizer): string[] {
  const greedy = addedTokens.filter(({ lstrip, rstrip, single_word }) => lstrip || rstrip || single_word);
  if (greedy.length === 0) return [];
  const names = greedy.map(({ content }) => content).join(', ');
  return [`llama.cpp ignores lstrip, rstrip and single_word of ${names}`];
}
