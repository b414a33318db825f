import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { readJson } from '../files/json.ts';

/** What a Hugging Face folder says about its tokenizer, text by text, so that it can be written back unchanged. */
export interface TokenizerFiles {
  /** Where it came from, for messages. */
  readonly origin: string;
  /** Where the templates came from, where that is another place. */
  readonly templateOrigin?: string;
  /** True for a model that reads no text. */
  readonly isAbsent?: boolean;
  /** tokenizer.json, byte for byte. */
  readonly tokenizer: string;
  /** tokenizer_config.json, special_tokens_map.json, generation_config.json and the templates, by file name. */
  readonly others: ReadonlyMap<string, string>;
  /** bos_token_id, eos_token_id and pad_token_id as the model's config.json has them. */
  readonly modelIds: Readonly<Record<string, unknown>>;
}

const CONFIG_FILES = [
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  'chat_template.jinja',
  'chat_template.json',
];
export const TEMPLATE_FOLDER = 'additional_chat_templates';

/** Reads the folder's tokenizer files. @throws E_TOKENIZER_MISSING where there is no tokenizer.json. */
export function readTokenizerFiles(folder: string): TokenizerFiles {
  const path = join(folder, 'tokenizer.json');
  if (!existsSync(path)) throw missingTokenizer(folder);
  const names = CONFIG_FILES.filter((name) => existsSync(join(folder, name)));
  const templates = join(folder, TEMPLATE_FOLDER);
  if (existsSync(templates)) {
    const found = readdirSync(templates).filter((name) => name.endsWith('.jinja'));
    names.push(...found.toSorted().map((name) => `${TEMPLATE_FOLDER}/${name}`));
  }
  const others = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return { origin: folder, tokenizer: readFileSync(path, 'utf8'), others, modelIds: readModelIds(folder) };
}

/** Of a model that reads no text: a vocabulary without a token, of which no file is written. */
export function absentTokenizerFiles(folder: string): TokenizerFiles {
  const nothing = { model: { type: 'BPE', vocab: {}, merges: [] }, added_tokens: [] };
  return { origin: folder, isAbsent: true, tokenizer: JSON.stringify(nothing), others: new Map(), modelIds: {} };
}

/** Writes the files back; every one is either the old or the new one, never a part. */
export function writeTokenizerFiles(folder: string, files: TokenizerFiles): void {
  if (files.isAbsent === true) return;
  writeFileAtomic(join(folder, 'tokenizer.json'), files.tokenizer);
  for (const [name, text] of files.others) writeFileAtomic(join(folder, name), text);
}

/** One of the JSON files as an object; a missing one is empty. */
export function parseOther(files: TokenizerFiles, name: string): Record<string, unknown> {
  const text = files.others.get(name);
  if (text === undefined) return {};
  return parseObject(text, `${name} of ${files.origin}`);
}

export function parseObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `${what} is not valid JSON`,
      got: (error as Error).message,
      fix: 'the file may be cut off: fetch it again',
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AttuneError('E_TOKENIZER_INVALID', { what: `${what} is not a JSON object` });
}

function readModelIds(folder: string): Record<string, unknown> {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return {};
  const config = readJson<Record<string, unknown>>(path);
  return Object.fromEntries(Object.entries(config).filter(([key]) => /^(bos|eos|pad)_token_id$/.test(key)));
}

function missingTokenizer(folder: string): AttuneError {
  const legacy = ['tokenizer.model', 'vocab.json', 'spiece.model', 'vocab.txt'].find((name) =>
    existsSync(join(folder, name)),
  );
  return new AttuneError('E_TOKENIZER_MISSING', {
    what: `${folder} has no tokenizer.json`,
    got: legacy === undefined ? 'no tokenizer file at all' : `only ${legacy}, an older format`,
    expected: 'tokenizer.json beside the model',
    fix:
      legacy === undefined
        ? 'name the folder of a Hugging Face model'
        : 'convert it once with transformers: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)',
  });
}
