import type { Tokenizer as Core } from 'tokenizers';
import { AttuneError } from '../../base/errors.ts';
import type { SpecialTokens } from './special-tokens.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';
import type { LanguageChoice, LanguageTokens, TextSide } from './translation-traits.ts';

/** Ids before and after every text of one side. */
export interface TextFrame {
  before: readonly number[];
  behind: readonly number[];
}

const SETTINGS = 'tokenizer_config.json';
const GENERATION = 'generation_config.json';
const keys = { source: 'src_lang', target: 'tgt_lang' } as const;

interface Vocabulary {
  files: TokenizerFiles;
  special: SpecialTokens;
  core: Core;
}

/** @throws AttuneError E_TRANSLATION_LANGUAGE if the language is missing or not in the vocabulary */
export function frameOf({ files, special, core }: Vocabulary, side: TextSide): TextFrame {
  const end = special.eos === undefined ? [] : [special.eos.id];
  const { languages } = files.translation ?? {};
  if (languages === undefined) return { before: [], behind: end };
  const { [keys[side]]: named } = parseOther(files, SETTINGS);
  const code = typeof named === 'string' ? named : side === 'source' ? languages.usualSource : undefined;
  const id = code === undefined ? null : core.tokenToId(spelling(code, languages));
  if (id === null) throw badLanguage({ side, code, files }, languagesOf(core, languages));
  return side === 'source' && languages.isBehind ? { before: [], behind: [...end, id] } : { before: [id], behind: end };
}

/** Sets the languages in tokenizer_config.json and generation_config.json, in the format of transformers. */
export function withLanguages(files: TokenizerFiles, core: Core, choice: LanguageChoice): TokenizerFiles {
  const { languages } = files.translation ?? {};
  const named = Object.fromEntries(Object.entries(choice).filter(([, code]) => typeof code === 'string'));
  if (Object.keys(named).length === 0) return files;
  if (languages === undefined) throw hasNoLanguages(files, named);
  const settings = { ...parseOther(files, SETTINGS), ...named };
  const others = new Map(files.others).set(SETTINGS, `${JSON.stringify(settings, null, 2)}\n`);
  const { tgt_lang: target } = named;
  const forced = typeof target === 'string' ? core.tokenToId(spelling(target, languages)) : null;
  if (forced !== null) {
    const generation = { ...parseOther(files, GENERATION), forced_bos_token_id: forced };
    others.set(GENERATION, `${JSON.stringify(generation, null, 2)}\n`);
  }
  return { ...files, others };
}

function spelling(code: string, { around }: LanguageTokens): string {
  return `${around}${code}${around}`;
}

/** Codes of all languages with a token. */
export function languagesOf(core: Core, { around }: LanguageTokens): string[] {
  const form = around === '' ? /^[a-z]{3}_[A-Z][a-z]{3}$/ : /^__[a-z]{2,3}__$/;
  const tokens = Object.keys(core.getVocab(true)).filter((token) => form.test(token));
  return tokens.map((token) => token.slice(around.length, token.length - around.length)).toSorted();
}

interface Missing {
  side: TextSide;
  code: string | undefined;
  files: TokenizerFiles;
}

function badLanguage({ side, code, files }: Missing, known: readonly string[]): AttuneError {
  const verb = side === 'source' ? 'read' : 'written';
  return new AttuneError('E_TRANSLATION_LANGUAGE', {
    what:
      code === undefined
        ? `${files.origin} translates between many languages, but the language to be ${verb} is not set`
        : `${files.origin} has no token for the language to be ${verb}`,
    got: code,
    expected: `one of ${known.join(', ')}`,
    fix: `set it: objective.${keys[side]} in a recipe, --${keys[side].replace('_', '-')}, or ${keys[side]} in ${SETTINGS}`,
  });
}

function hasNoLanguages({ origin }: TokenizerFiles, named: Record<string, unknown>): AttuneError {
  return new AttuneError('E_TRANSLATION_LANGUAGE', {
    what: `The vocabulary of ${origin} has no language tokens`,
    got: Object.entries(named)
      .map(([key, code]) => `${key}: ${String(code)}`)
      .join(', '),
    fix: 'remove src_lang and tgt_lang; multilingual Marian models read >>deu<< before the text',
  });
}
