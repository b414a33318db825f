import { table } from '../../base/table.ts';
import { AttuneError } from '../../base/errors.ts';
import { splitPatterns } from '../bpe/split-pattern.ts';
import { addedTokens, presentRoles, roleTokens, type OlderFiles, type Roles } from './older-files.ts';
import { templateProcessor } from './template.ts';
import type { OlderTokenizer } from './index.ts';

interface Family {
  roles: Roles;
  /** Frames texts as RoBERTa does. */
  isFramed?: boolean;
  normalizer?: { type: 'NFC' };
  /** How text is cut before merging, where not as GPT-2 does. */
  pattern?: string;
}

const END = '<|endoftext|>';
const gpt2: Family = { roles: { bos: END, eos: END, unk: END } };
const roberta: Family = {
  roles: { bos: '<s>', eos: '</s>', unk: '<unk>', sep: '</s>', pad: '<pad>', cls: '<s>', mask: '<mask>' },
  isFramed: true,
};
const qwen2: Family = {
  roles: { eos: END, unk: END, pad: END },
  normalizer: { type: 'NFC' },
  pattern: splitPatterns.qwen2,
};

/** Byte-level BPE by vocab.json and merges.txt, as transformers' converters have it, by the tokenizer's class. */
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
  const split = { type: 'Split', pattern: { Regex: family.pattern }, behavior: 'Isolated', invert: false };
  const added = addedTokens(ids, [...files.declared(), ...mask, ...roleTokens(roles, ids)]);
  const known = new Map([...ids, ...added.map(({ content, id }): [string, number] => [content, id])]);
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: family.normalizer ?? null,
    pre_tokenizer:
      family.pattern === undefined
        ? { ...byteLevel, use_regex: true }
        : { type: 'Sequence', pretokenizers: [split, { ...byteLevel, use_regex: false }] },
    post_processor: processorOf(files, family, { roles, ids: known, prefix }),
    decoder: { ...byteLevel, add_prefix_space: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: mergesOf(files),
    },
  };
  return { tokenizer, roles: presentRoles(roles, ids, added) };
}

function processorOf(
  files: OlderFiles,
  family: Family,
  { roles, ids, prefix }: { roles: Roles; ids: ReadonlyMap<string, number>; prefix: boolean },
): Record<string, unknown> {
  const { bos = '', sep = '', cls = '' } = roles;
  if (family.isFramed === true) {
    const [sepId, clsId] = [ids.get(sep), ids.get(cls)];
    return {
      type: 'RobertaProcessing',
      sep: [sep, sepId],
      cls: [cls, clsId],
      trim_offsets: true,
      add_prefix_space: prefix,
    };
  }
  if (files.flag('add_bos_token', files.family === 'opt') && ids.has(bos))
    return templateProcessor([`${bos}:0`, '$A:0'], [`${bos}:0`, '$A:0', '$B:1'], ids);
  return { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
}

/** Two pieces a line, after a line with the version. */
function mergesOf(files: OlderFiles): [string, string][] {
  const lines = files.text('merges.txt').split(/\r?\n/);
  const rows = lines[0].startsWith('#version') ? lines.slice(1) : lines;
  return rows.filter((line) => line !== '').map((line) => line.split(' ') as [string, string]);
}

export function unknownFamily(files: OlderFiles, known: object): AttuneError {
  return new AttuneError('E_TOKENIZER_CLASS', {
    what: `${files.folder} has an older tokenizer whose conventions are not known here`,
    got: String(files.settings.tokenizer_class ?? files.json('config.json').model_type),
    expected: `a tokenizer_class or model_type of ${Object.keys(known).join(', ')}`,
    fix: 'convert it once with transformers: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
  });
}
