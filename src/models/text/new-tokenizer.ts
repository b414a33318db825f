import type { TokenizerJson } from './bpe/train-bpe.ts';
import { specialRoles, type SpecialRole } from './special-roles.ts';
import type { TokenizerFiles } from './tokenizer-files.ts';
import { Tokenizer } from './tokenizer.ts';

export interface NewTokenizerOptions {
  /** Special tokens of the vocabulary by role. */
  roles: Partial<Record<SpecialRole, string>>;
  /** A Jinja chat template. */
  chatTemplate?: string;
  /** Maximum row length of the model, in tokens. */
  maxLength?: number;
}

/** Wraps a newly trained vocabulary in a tokenizer whose saved folder transformers can read. */
export async function newTokenizer(json: TokenizerJson, options: NewTokenizerOptions): Promise<Tokenizer> {
  const named = specialRoles.flatMap((role) => {
    const token = options.roles[role];
    return token === undefined ? [] : [[`${role}_token`, token] as const];
  });
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...Object.fromEntries(named),
    ...(options.maxLength === undefined ? {} : { model_max_length: options.maxLength }),
    clean_up_tokenization_spaces: false,
  };
  const others = new Map([
    ['tokenizer_config.json', `${JSON.stringify(config, null, 2)}\n`],
    ['special_tokens_map.json', `${JSON.stringify(Object.fromEntries(named), null, 2)}\n`],
  ]);
  if (options.chatTemplate !== undefined) others.set('chat_template.jinja', options.chatTemplate);
  const files: TokenizerFiles = {
    origin: 'a new vocabulary',
    tokenizer: JSON.stringify(json, null, 2),
    others,
    modelIds: {},
  };
  return Tokenizer.fromFiles(files);
}
