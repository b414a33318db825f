import { createHash } from 'node:crypto';
import { AttuneError } from '../../base/errors.ts';
import { parseOther } from './tokenizer-files.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Hash of everything that determines how conversations are rendered: templates and their special tokens. */
export function templateHash(tokenizer: Tokenizer): string {
  const { sources, variables } = tokenizer.templates;
  return sha256(JSON.stringify([sorted(sources), sorted(Object.entries(variables))]));
}

/** Hash of the whole tokenizer, for cache keys: vocabulary, added tokens, roles and templates. */
export function tokenizerHash(tokenizer: Tokenizer): string {
  const space = tokenizer.answerSpace ? ['answer space'] : [];
  const { tokenizer: vocabulary, translation } = tokenizer.files;
  const { src_lang, tgt_lang } = parseOther(tokenizer.files, 'tokenizer_config.json');
  const sides = translation === undefined ? [] : [translation, src_lang, tgt_lang];
  return sha256(JSON.stringify([vocabulary, templateHash(tokenizer), tokenizer.addsBos, ...space, ...sides]));
}

/** Rejects an adapter trained with another template. @throws E_TEMPLATE_MISMATCH */
export function checkTemplate(adapterHash: string, tokenizer: Tokenizer): void {
  const hash = templateHash(tokenizer);
  if (hash === adapterHash) return;
  throw new AttuneError('E_TEMPLATE_MISMATCH', {
    what: 'The adapter was trained with another chat template',
    got: `the template of ${tokenizer.origin} with hash ${hash.slice(0, 12)}`,
    expected: `hash ${adapterHash.slice(0, 12)}`,
    fix: "use the chat_template.jinja and tokenizer files in the adapter's own folder, or train again with this template",
  });
}

function sorted(entries: Iterable<[string, string]>): [string, string][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
