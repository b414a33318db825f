/** tiktoken vocabularies: one line per token, with its bytes in base64 and its rank. */
import { AttuneError } from '../../../base/errors.ts';
import { byteToCharacter } from '../../../base/byte-alphabet.ts';
import { splitPatterns } from '../bpe/split-pattern.ts';
import { unknownFamily } from './byte-level-families.ts';
import type { OlderTokenizer } from './index.ts';
import { addedTokens, presentRoles, roleTokens, type OlderFiles, type Roles } from './older-files.ts';
import { templateProcessor } from './template-processor.ts';

const LINE = /^([A-Za-z\d+/]+={0,2}) (\d{1,9})$/;

/** Whether a file is a tiktoken vocabulary; SentencePiece files use the same name. */
export function isTiktoken(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  const first = Buffer.from(bytes.subarray(0, end === -1 ? 200 : Math.min(end, 200))).toString('latin1');
  return LINE.test(first.trimEnd());
}

const llama3: Roles = { bos: '<|begin_of_text|>', eos: '<|end_of_text|>' };

/** Families with Llama 3's pre-tokenizer, which transformers assumes as well. */
const families: Readonly<Record<string, Roles>> = {
  '': {},
  pretrained: {},
  tiktoken: {},
  llama: llama3,
  glm4: {},
  chatglm4: {},
};

/** tokenizer.json for a tiktoken file, as in transformers' TikTokenConverter. @throws AttuneError E_TOKENIZER_… */
export function fromTiktoken(files: OlderFiles, name: string): OlderTokenizer {
  if (!Object.hasOwn(families, files.family)) throw unknownFamily(files, families);
  const ranks = readRanks(files, name);
  const vocab = Object.fromEntries([...ranks].map(([bytes, rank]) => [spelt(bytes), rank]));
  const ids = new Map(Object.entries(vocab));
  const declared = files.declared();
  refuseNameless(files, { size: ids.size, declared: declared.length });
  const roles = files.roles(families[files.family]);
  const added = addedTokens(ids, [
    ...declared.map((token) => ({ special: true, ...token })),
    ...roleTokens(roles, ids),
  ]);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const split = { type: 'Split', pattern: { Regex: splitPatterns.llama3 }, behavior: 'Isolated', invert: false };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, { ...byteLevel, use_regex: false }] },
    post_processor: frameOf(files, roles, new Map([...ids, ...added.map(({ content, id }) => [content, id] as const)])),
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab,
      merges: mergesOf(ranks),
    },
  };
  return { tokenizer, roles: presentRoles(roles, ids, added) };
}

/** Ranks by token, whose bytes are represented as characters up to U+00FF. */
function readRanks(files: OlderFiles, name: string): Map<string, number> {
  const ranks = new Map<string, number>();
  const lines = files.text(name).split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const [, base64, rank] = LINE.exec(line) ?? [];
    const bytes = base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('latin1');
    if (bytes === '' || ranks.has(bytes)) {
      const got = bytes === '' ? line.slice(0, 80) : `${base64} again`;
      throw new AttuneError('E_TOKENIZER_INVALID', {
        what: `${files.path(name)}:${i + 1} is not a tiktoken token`,
        got,
        expected: "a token's bytes in base64 and its rank",
        fix: 'the file may be truncated: fetch it again',
      });
    }
    ranks.set(bytes, Number(rank));
  }
  return ranks;
}

/** The file has no special tokens; without their names, those in a text would be encoded as plain text. */
function refuseNameless(files: OlderFiles, { size, declared }: { size: number; declared: number }): void {
  const rows = files.json('config.json').vocab_size;
  if (declared > 0 || typeof rows !== 'number' || rows <= size) return;
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${files.folder} does not define its special tokens`,
    got: `${size} tokens in tokenizer.model, but ${rows} rows in the embedding table`,
    expected: 'added_tokens_decoder or additional_special_tokens in tokenizer_config.json',
    fix: "fetch the model's tokenizer_config.json or tokenizer.json as well",
  });
}

function frameOf(files: OlderFiles, { bos = '' }: Roles, ids: ReadonlyMap<string, number>): Record<string, unknown> {
  if (files.flag('add_bos_token', files.family === 'llama') && ids.has(bos))
    return templateProcessor([`${bos}:0`, '$A:0'], [`${bos}:0`, '$A:0', `${bos}:1`, '$B:1'], ids);
  return { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
}

/** Every way to form a token from two others, by rank: tiktoken merges the lowest rank first. */
function mergesOf(ranks: ReadonlyMap<string, number>): [string, string][] {
  const ordered = [...ranks].toSorted(([, a], [, b]) => a - b);
  return ordered.flatMap(([token]) => {
    const ways = Array.from(
      { length: token.length - 1 },
      (_, i) => [token.slice(0, i + 1), token.slice(i + 1)] as const,
    );
    return ways
      .filter(([left, right]) => ranks.has(left) && ranks.has(right))
      .toSorted(([a, b], [c, d]) => ranks.get(a)! - ranks.get(c)! || ranks.get(b)! - ranks.get(d)!)
      .map(([left, right]): [string, string] => [spelt(left), spelt(right)]);
  });
}

function spelt(bytes: string): string {
  return Array.from(bytes, (character) => byteToCharacter[character.charCodeAt(0)]).join('');
}
