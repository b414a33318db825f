/** Byte-level BPE for llama.cpp. */
import type { Problem } from '../../../base/errors.ts';
import { byteToCharacter, unspellBytes } from '../../../base/byte-alphabet.ts';
import { KIND, list, strangeSettings, text, type ListedTokens, type ReadVocabulary, type Source } from './source.ts';
import { ggufSplitName } from './split-name.ts';

export function readBytes(source: Source): ReadVocabulary {
  const split = ggufSplitName(source.pre_tokenizer, source.model.ignore_merges === true);
  const merges = (source.model.merges ?? []).map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  return {
    problems: modelProblems(source, split),
    describe: (listed) => ({
      problems: tokenProblems(listed),
      values: [
        ['tokenizer.ggml.model', text('gpt2')],
        ['tokenizer.ggml.pre', text(split!)],
        ['tokenizer.ggml.merges', list('string', merges)],
      ],
      differences: differencesOf(source, split),
    }),
  };
}

function modelProblems(source: Source, split: string | undefined): Problem[] {
  const { model, normalizer, pre_tokenizer } = source;
  if (model.type !== 'BPE') return [{ field: 'model.type', message: `is ${String(model.type)}, not BPE` }];
  const keys = ['dropout', 'byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix'] as const;
  const problems = strangeSettings(source, keys);
  const type = normalizer?.type ?? 'NFC';
  if (type !== 'NFC') problems.push({ field: 'normalizer', message: `llama.cpp does not support ${type}` });
  if (split === undefined) {
    const cut = JSON.stringify(pre_tokenizer ?? null);
    problems.push({
      field: 'pre_tokenizer',
      message: `llama.cpp has no name for this pre-tokenizer pattern: ${cut.slice(0, 200)}`,
    });
  }
  return problems;
}

function tokenProblems({ tokens, kinds }: ListedTokens): Problem[] {
  const problems: Problem[] = tokens.flatMap((token, id) => {
    if (kinds[id] !== KIND.normal || unspellBytes(token) !== undefined) return [];
    return [{ field: `token ${id}`, message: `"${token}" is not written in byte-level characters` }];
  });
  const known = new Set(tokens);
  const missing = byteToCharacter.filter((character) => !known.has(character)).length;
  if (missing > 0) problems.push({ field: 'model.vocab', message: `${missing} of the 256 bytes have no token` });
  return problems;
}

function differencesOf({ normalizer }: Source, split: string | undefined): string[] {
  const composed = 'llama.cpp does not normalise Unicode (NFC): decomposed accents become other tokens';
  const cased =
    "llama.cpp's tekken splitter only recognises ASCII capitals and splits before combining marks: " +
    'text in other scripts may become other tokens';
  return [...(normalizer?.type === 'NFC' ? [composed] : []), ...(split === 'tekken' ? [cased] : [])];
}
