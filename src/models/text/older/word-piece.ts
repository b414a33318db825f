import { addedTokens, presentRoles, roleTokens, type OlderFiles, type Roles } from './older-files.ts';
import { templateProcessor } from './template-processor.ts';
import type { OlderTokenizer } from './index.ts';

/** Special tokens of families with vocab.txt. */
export const wordPieceRoles: Roles = { unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' };

/** WordPiece from vocab.txt, one piece per line (Wu et al., 2016), as in transformers' BertConverter. */
export function fromWordPiece(files: OlderFiles): OlderTokenizer {
  const lines = files.text('vocab.txt').replace(/\n$/, '').split('\n');
  const ids = new Map(lines.map((line, id) => [line.replace(/\r$/, ''), id]));
  const roles = files.roles(wordPieceRoles);
  const { cls, sep, unk } = roles as Record<string, string>;
  const added_tokens = addedTokens(ids, [...files.declared(), ...roleTokens(roles, ids)]);
  const accents = files.settings.strip_accents;
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: files.flag('tokenize_chinese_chars', true),
      strip_accents: typeof accents === 'boolean' ? accents : null,
      lowercase: files.flag('do_lower_case', true),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: templateProcessor(
      [`${cls}:0`, '$A:0', `${sep}:0`],
      [`${cls}:0`, '$A:0', `${sep}:0`, '$B:1', `${sep}:1`],
      ids,
    ),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
  return { tokenizer, roles: presentRoles(roles, ids, added_tokens) };
}
