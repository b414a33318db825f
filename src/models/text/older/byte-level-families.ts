import { table } from '../../../base/table.ts';
import { AttuneError } from '../../../base/errors.ts';
import { splitPatterns } from '../bpe/split-pattern.ts';
import { addedTokens, presentRoles, roleTokens, type OlderFiles, type Roles } from './older-files.ts';
import { templateProcessor } from './template-processor.ts';
import { whisperFrame } from './whisper-frame.ts';
import type { OlderTokenizer } from './index.ts';

interface Family {
  roles: Roles;
  /** Post-processor, for families other than GPT-2. */
  frame?(files: OlderFiles, roles: Roles, ids: ReadonlyMap<string, number>): Record<string, unknown>;
  normalizer?: Record<string, unknown>;
  /** Pre-tokenizer pattern, if it differs from GPT-2's. `isFound`: the pattern matches pieces, and the rest is dropped. */
  cut?: { pattern: string; isFound?: boolean };
  /** Suffix of a word's last piece. */
  wordEnd?: string;
  unknown?: string;
  /** Number of lines of merges.txt to read, given the vocabulary size. */
  merges?(size: number): number;
}

const END = '<|endoftext|>';
const gpt2: Family = { roles: { bos: END, eos: END, unk: END } };
const roberta: Family = {
  roles: { bos: '<s>', eos: '</s>', unk: '<unk>', sep: '</s>', pad: '<pad>', cls: '<s>', mask: '<mask>' },
  frame: (files, roles, ids) =>
    robertaFrame(roles, ids, { add_prefix_space: files.flag('add_prefix_space', false), trim_offsets: true }),
};
const qwen2: Family = {
  roles: { eos: END, unk: END, pad: END },
  normalizer: { type: 'NFC' },
  cut: { pattern: splitPatterns.qwen2 },
};

const whisper: Family = { roles: { bos: END, eos: END, unk: END }, frame: whisperFrame };

const CLIP_START = '<|startoftext|>';
/** Lowercased, split into words that end in `</w>`, with numbers split into digits (Radford et al., 2021). */
const clip: Family = {
  roles: { bos: CLIP_START, eos: END, unk: END, pad: END },
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'NFC' },
      { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: ' ' },
      { type: 'Lowercase' },
    ],
  },
  cut: { pattern: String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`, isFound: true },
  wordEnd: '</w>',
  unknown: END,
  frame: (_files, { bos, eos }, ids) =>
    robertaFrame({ cls: bos, sep: eos }, ids, { add_prefix_space: false, trim_offsets: false }),
  // All entries but two sets of bytes and two special tokens are merges; further lines are ignored.
  merges: (size) => size - 2 * 256 - 2,
};

/** Byte-level BPE from vocab.json and merges.txt, keyed by tokenizer class, as in transformers' converters. */
export const byteLevelFamilies: Readonly<Record<string, Family>> = table({
  gpt2,
  gptneo: gpt2,
  gptj: gpt2,
  opt: gpt2,
  roberta,
  bart: roberta,
  longformer: roberta,
  qwen2,
  qwen3: qwen2,
  whisper,
  clip,
});

export function fromByteLevel(files: OlderFiles): OlderTokenizer {
  const family = byteLevelFamilies[files.family === '' ? 'gpt2' : files.family];
  if (family === undefined) throw unknownFamily(files, byteLevelFamilies);
  const vocab = files.json('vocab.json') as Record<string, number>;
  const ids = new Map(Object.entries(vocab));
  const roles = files.roles(family.roles);
  const mask =
    roles.mask !== undefined && ids.has(roles.mask) ? [{ content: roles.mask, special: true, lstrip: true }] : [];
  const prefix = files.flag('add_prefix_space', false);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: prefix, trim_offsets: true };
  const added = addedTokens(ids, [...files.declared(), ...mask, ...roleTokens(roles, ids)]);
  const known = new Map([...ids, ...added.map(({ content, id }): [string, number] => [content, id])]);
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: family.normalizer ?? null,
    pre_tokenizer:
      family.cut === undefined
        ? { ...byteLevel, use_regex: true }
        : cutting(family.cut, { ...byteLevel, use_regex: false }),
    post_processor: family.frame?.(files, roles, known) ?? processorOf(files, roles, known),
    decoder: decoderOf({ ...byteLevel, add_prefix_space: true, use_regex: true }, family.wordEnd),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: family.unknown ?? null,
      continuing_subword_prefix: '',
      end_of_word_suffix: family.wordEnd ?? '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: mergesOf(files).slice(0, family.merges?.(ids.size)),
    },
  };
  return { tokenizer, roles: presentRoles(roles, ids, added) };
}

function cutting({ pattern, isFound = false }: NonNullable<Family['cut']>, byteLevel: object): object {
  const behavior = isFound ? 'Removed' : 'Isolated';
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior, invert: isFound };
  return { type: 'Sequence', pretokenizers: [split, byteLevel] };
}

/** The mark at a word's end becomes a space, except at the end of the text. */
function decoderOf(byteLevel: object, wordEnd: string | undefined): object {
  if (wordEnd === undefined) return byteLevel;
  const spaced = { type: 'Replace', pattern: { String: wordEnd }, content: ' ' };
  const ended = { type: 'Replace', pattern: { Regex: String.raw` \z` }, content: '' };
  return { type: 'Sequence', decoders: [byteLevel, spaced, ended] };
}

function processorOf(
  files: OlderFiles,
  { bos = '' }: Roles,
  ids: ReadonlyMap<string, number>,
): Record<string, unknown> {
  if (files.flag('add_bos_token', files.family === 'opt') && ids.has(bos))
    return templateProcessor([`${bos}:0`, '$A:0'], [`${bos}:0`, '$A:0', '$B:1'], ids);
  return { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
}

function robertaFrame(
  { cls = '', sep = '' }: Roles,
  ids: ReadonlyMap<string, number>,
  spaces: { add_prefix_space: boolean; trim_offsets: boolean },
): Record<string, unknown> {
  return { type: 'RobertaProcessing', sep: [sep, ids.get(sep)], cls: [cls, ids.get(cls)], ...spaces };
}

/** Two pieces per line, after a line with the version. */
function mergesOf(files: OlderFiles): [string, string][] {
  const lines = files.text('merges.txt').split(/\r?\n/);
  const rows = lines[0].startsWith('#version') ? lines.slice(1) : lines;
  return rows.filter((line) => line !== '').map((line) => line.split(' ') as [string, string]);
}

export function unknownFamily(files: OlderFiles, known: object): AttuneError {
  return new AttuneError('E_TOKENIZER_CLASS', {
    what: `${files.folder} has an older tokenizer of an unknown kind`,
    got: String(files.settings.tokenizer_class ?? files.json('config.json').model_type),
    expected: `a tokenizer_class or model_type of ${Object.keys(known).join(', ')}`,
    fix: 'convert it once with transformers: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
  });
}
