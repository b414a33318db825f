import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { parseJson, readJson } from '../../files/json.ts';
import { hasCtcVocabulary, readCtcTokenizer } from './ctc-tokenizer.ts';
import {
  hasOlderTokenizer,
  hasTranslationTokenizer,
  impliedRoles,
  isTranslation,
  readOlderTokenizer,
} from './older/index.ts';
import { OlderFiles, type Roles } from './older/older-files.ts';
import { sharedLanguages, type Translation } from './translation-traits.ts';

/** Tokenizer files of a Hugging Face folder as text, so that they can be written back unchanged. */
export interface TokenizerFiles {
  /** Origin, for messages. */
  readonly origin: string;
  /** Origin of the templates, if different. */
  readonly templateOrigin?: string;
  /** True for models without text input. */
  readonly isAbsent?: boolean;
  /** Whether a space separates plain answers from prompts. Stored in a run's notes, since no tokenizer file has it. */
  readonly answerSpace?: boolean;
  /** tokenizer.json, byte for byte. */
  readonly tokenizer: string;
  /** tokenizer_config.json, special_tokens_map.json, generation_config.json and the templates, by file name. */
  readonly others: ReadonlyMap<string, string>;
  /** Translation models only. */
  readonly translation?: Translation;
  /** Files to write back byte for byte instead of tokenizer.json. */
  readonly kept?: ReadonlyMap<string, Uint8Array>;
  /** bos_token_id, eos_token_id and pad_token_id from the model's config.json. */
  readonly modelIds: Readonly<Record<string, unknown>>;
}

const SETTINGS = 'tokenizer_config.json';
const CONFIG_FILES = [
  SETTINGS,
  'special_tokens_map.json',
  'generation_config.json',
  'chat_template.jinja',
  'chat_template.json',
];
export const TEMPLATE_FOLDER = 'additional_chat_templates';

/**
 * Reads a folder's tokenizer files, converting older tokenizers to tokenizer.json.
 *
 * @throws E_TOKENIZER_MISSING, E_TOKENIZER_CLASS, E_TOKENIZER_INVALID
 */
export function readTokenizerFiles(folder: string): TokenizerFiles {
  const path = join(folder, 'tokenizer.json');
  const letters = hasCtcVocabulary(folder) ? readCtcTokenizer(folder) : undefined;
  const folderFiles = new OlderFiles(folder);
  const isOlder = letters === undefined && (!existsSync(path) || hasTranslationTokenizer(folderFiles));
  const older = isOlder ? readOlderTokenizer(folder) : undefined;
  if (letters === undefined && older === undefined && !existsSync(path)) throw missingTokenizer(folder);
  const names = CONFIG_FILES.filter((name) => existsSync(join(folder, name)));
  const templates = join(folder, TEMPLATE_FOLDER);
  if (existsSync(templates)) {
    const found = readdirSync(templates).filter((name) => name.endsWith('.jinja'));
    pushAll(
      names,
      found.toSorted().map((name) => `${TEMPLATE_FOLDER}/${name}`),
    );
  }
  const others = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const translating = older !== undefined && isTranslation(older) ? older : undefined;
  if (older !== undefined) {
    const named = translating && { tokenizer_class: translating.className };
    others.set(SETTINGS, withRoles(others.get(SETTINGS), older.roles, named));
  }
  if (letters !== undefined) others.set(...letters.vocabulary);
  const made = letters?.tokenizer ?? (older && JSON.stringify(older.tokenizer));
  const tokenizer = made ?? readFileSync(path, 'utf8');
  const translation = translating?.translation ?? sharedLanguages(folderFiles);
  const files = {
    origin: folder,
    tokenizer,
    others,
    translation,
    kept: translating?.kept,
    modelIds: readModelIds(folder),
  };
  if (made === undefined) addImpliedRoles(files);
  return files;
}

/** Adds special tokens that the tokenizer's class implies to tokenizer_config.json, if the vocabulary has them. */
function addImpliedRoles({ origin, tokenizer, others, modelIds }: TokenizerFiles & { others: Map<string, string> }) {
  const tables = [SETTINGS, 'special_tokens_map.json'].map((name) => parseOther({ origin, others }, name));
  const isNamed = (role: string) =>
    tables.some((table) => (table[`${role}_token`] ?? null) !== null) ||
    (modelIds[`${role}_token_id`] ?? null) !== null;
  const implied = Object.entries(impliedRoles(origin)).filter(([role]) => !isNamed(role));
  if (implied.length === 0) return;
  const tokens = specialTokensOf(tokenizer);
  const roles = Object.fromEntries(implied.filter(([, token]) => tokens.has(token)));
  if (Object.keys(roles).length > 0) others.set(SETTINGS, withRoles(others.get(SETTINGS), roles));
}

/** Texts of the added special tokens; a token with a role is always among them. */
function specialTokensOf(tokenizer: string): Set<string> {
  const { added_tokens: added } = parseObject(tokenizer, 'tokenizer.json');
  return new Set(
    Array.isArray(added) ? added.map((token: { content?: unknown } | null) => String(token?.content)) : [],
  );
}

/** Adds the roles defined by an older tokenizer's class to tokenizer_config.json. */
function withRoles(text: string | undefined, roles: Roles, more: Record<string, string> = {}): string {
  const tokens = Object.fromEntries(Object.entries(roles).map(([role, token]) => [`${role}_token`, token]));
  const named = { ...tokens, ...more };
  const settings = text === undefined ? {} : parseObject(text, SETTINGS);
  const unset = Object.entries(named).filter(([key]) => settings[key] === undefined || settings[key] === null);
  return `${JSON.stringify({ ...settings, ...Object.fromEntries(unset) }, null, 2)}\n`;
}

/** Files for models without text input: an empty vocabulary, which is not saved. */
export function absentTokenizerFiles(folder: string): TokenizerFiles {
  const nothing = { model: { type: 'BPE', vocab: {}, merges: [] }, added_tokens: [] };
  return { origin: folder, isAbsent: true, tokenizer: JSON.stringify(nothing), others: new Map(), modelIds: {} };
}

/** Writes the files back; each is replaced atomically. */
export function writeTokenizerFiles(folder: string, files: TokenizerFiles): void {
  if (files.isAbsent === true) return;
  if (files.kept === undefined) writeFileAtomic(join(folder, 'tokenizer.json'), files.tokenizer);
  for (const [name, bytes] of files.kept ?? []) writeFileAtomic(join(folder, name), bytes);
  for (const [name, text] of files.others) writeFileAtomic(join(folder, name), text);
}

/** Parses one of the JSON files as an object; empty if the file is missing. */
export function parseOther(files: Pick<TokenizerFiles, 'origin' | 'others'>, name: string): Record<string, unknown> {
  const text = files.others.get(name);
  if (text === undefined) return {};
  return parseObject(text, `${name} of ${files.origin}`);
}

/** Content of the model's generation_config.json. */
export function declaredGeneration({ files }: { files: TokenizerFiles }): Record<string, unknown> {
  return parseOther(files, 'generation_config.json');
}

export function parseObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `${what} is not valid JSON`,
      got: (error as Error).message,
      fix: 'the file may be truncated: fetch it again',
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AttuneError('E_TOKENIZER_INVALID', { what: `${what} is not a JSON object` });
}

function readModelIds(folder: string): Record<string, unknown> {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return {};
  const whole = readJson<Record<string, unknown>>(path);
  // Vision language models: includes the text model's keys.
  const config = { ...(whole.text_config as object | undefined), ...whole };
  return Object.fromEntries(Object.entries(config).filter(([key]) => /^(bos|eos|pad)_token_id$/.test(key)));
}

function missingTokenizer(folder: string): AttuneError {
  return new AttuneError('E_TOKENIZER_MISSING', {
    what: `${folder} has no tokenizer`,
    got: existsSync(join(folder, 'vocab.json'))
      ? 'vocab.json without merges.txt, sentencepiece.bpe.model or source.spm'
      : undefined,
    expected:
      'tokenizer.json next to the model, or an older form: vocab.txt, vocab.json with merges.txt, spiece.model, spm.model, ' +
      'sentencepiece.bpe.model, tokenizer.model, or source.spm and target.spm with vocab.json',
    fix: 'use the folder of a Hugging Face model',
  });
}

/** Whether a folder has a tokenizer in any supported form. */
export function hasTokenizer(folder: string): boolean {
  return existsSync(join(folder, 'tokenizer.json')) || hasOlderTokenizer(folder);
}
