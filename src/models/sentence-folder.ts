import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { readJson, writeJson } from '../files/json.ts';
import { makeFolders } from '../files/make-folder.ts';
import { DECIDES } from './architecture.ts';
import type { DenseShape, EmbeddingOptions } from './heads/embedding.ts';
import type { Pooling } from './heads/pooling.ts';
import type { RawConfig } from './raw-config.ts';
import { readDense } from './sentence-dense.ts';

const MODULES = 'modules.json';
const LIMITS = 'sentence_bert_config.json';
const SETTINGS = 'config_sentence_transformers.json';

/** Settings of a sentence-transformers folder; unknown ones are preserved. */
export interface SentenceFiles {
  embedding: EmbeddingOptions;
  /** Subfolders of the dense modules. */
  densePaths?: readonly string[];
  /** Maximum tokens of a row, if set. */
  maxLength?: number;
  /** Contents of sentence_bert_config.json and config_sentence_transformers.json, if present. */
  limits?: Readonly<Record<string, unknown>>;
  settings?: Readonly<Record<string, unknown>>;
}

const moduleSchema = z.array(
  z.looseObject({
    idx: z.int(),
    name: z.string(),
    path: z.string().regex(/^[\w-]*$/, { error: 'must be a folder next to it' }),
    type: z.string().min(1),
  }),
);
const limitsSchema = z.looseObject({ max_seq_length: z.int().positive().nullish() });

/** Keys of the pooling modes in 1_Pooling/config.json. */
const modes = {
  first: 'pooling_mode_cls_token',
  mean: 'pooling_mode_mean_tokens',
  max: 'pooling_mode_max_tokens',
  last: 'pooling_mode_lasttoken',
} as const satisfies Partial<Record<Pooling, string>>;

/** Key of a pooling mode in 1_Pooling/config.json. */
export function poolingKey(pooling: Pooling): string {
  return modes[pooling as keyof typeof modes];
}

/** All modes that 1_Pooling/config.json lists, in its order. */
const listed = [
  modes.first,
  modes.mean,
  modes.max,
  'pooling_mode_mean_sqrt_len_tokens',
  'pooling_mode_weightedmean_tokens',
  modes.last,
];

/** Reads a sentence-transformers folder; undefined for other folders. @throws E_SENTENCE_MODULES */
export function readSentenceFiles(folder: string): SentenceFiles | undefined {
  const path = join(folder, MODULES);
  if (!existsSync(path)) return undefined;
  const modules = moduleSchema.safeParse(readJson(path));
  if (!modules.success)
    throw unusable(path, 'something else', 'a list of modules with idx, name, path (a folder next to it) and type');
  const parts = modules.data
    .toSorted((a, b) => a.idx - b.idx)
    .map((module) => ({ ...module, kind: kindOf(module.type) }));
  const kinds = parts.map(({ kind }) => kind).join(', ');
  const isKnown = /^Transformer, Pooling(, Dense)*(, Normalize)?$/.test(kinds);
  if (!isKnown || parts[0].path !== '') {
    const got = isKnown ? `its weights in ${parts[0].path}` : kinds;
    const expected = 'Transformer, Pooling and optionally Dense and Normalize, with the weights next to modules.json';
    throw unusable(path, got, expected);
  }
  const densePaths = parts.filter(({ kind }) => kind === 'Dense').map((part) => part.path);
  const dense = densePaths.map((own) => denseShape(join(folder, own)));
  const limits = optional(join(folder, LIMITS));
  return {
    embedding: {
      pooling: readPooling(join(folder, parts[1].path, 'config.json')),
      ...(dense.length > 0 && { dense }),
      normalise: parts.at(-1)!.kind === 'Normalize',
    },
    densePaths,
    maxLength: limitsSchema.parse(limits ?? {}).max_seq_length ?? undefined,
    limits,
    settings: optional(join(folder, SETTINGS)),
  };
}

/** Task of a sentence-transformers folder: embedding texts, or scoring options by their vectors. */
export function sentenceTask({ architectures }: RawConfig): 'embedding' | 'decision' {
  const [name] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  return String(name).endsWith(DECIDES) ? 'decision' : 'embedding';
}

/** The class of `sentence_transformers.models.Pooling`; newer versions have a longer path. */
function kindOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

function optional(path: string): Record<string, unknown> | undefined {
  return existsSync(path) ? readJson<Record<string, unknown>>(path) : undefined;
}

function readPooling(path: string): Pooling {
  const config = readJson<Record<string, unknown>>(path);
  const chosen = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
  const found = Object.entries(modes).find(([, key]) => chosen.length === 1 && key === chosen[0]);
  if (found !== undefined) return found[0] as Pooling;
  throw unusable(path, chosen.join(', ') || 'no mode', `one of ${Object.values(modes).join(', ')}`);
}

function denseShape(folder: string): DenseShape {
  const shape = readDense(folder);
  if (shape !== undefined) return shape;
  const expected =
    'in_features, out_features, bias, and an activation_function of torch: Identity, Tanh, GELU, ReLU, SiLU, Sigmoid';
  throw unusable(join(folder, 'config.json'), 'another dense module', expected);
}

function unusable(path: string, got: string, expected: string): AttuneError {
  return new AttuneError('E_SENTENCE_MODULES', {
    what: `${path} describes an unsupported embedding pipeline`,
    got,
    expected,
    fix: 'choose another model, or remove modules.json and set --pooling',
  });
}

/** Writes what sentence-transformers needs to reproduce the vectors, next to model and tokenizer. */
export function writeSentenceFiles(folder: string, files: SentenceFiles, width: number): void {
  const { pooling, dense = [], normalise } = files.embedding;
  const mode = poolingKey(pooling);
  const parts = ['Transformer', 'Pooling', ...dense.map(() => 'Dense'), ...(normalise ? ['Normalize'] : [])];
  const modules = parts.map((kind, idx) => ({
    idx,
    name: String(idx),
    path: idx === 0 ? '' : `${idx}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
  for (const { path } of modules.slice(1)) makeFolders(join(folder, path));
  writeJson(join(folder, MODULES), modules);
  writeJson(join(folder, modules[1].path, 'config.json'), {
    word_embedding_dimension: width,
    ...Object.fromEntries(listed.map((key) => [key, key === mode])),
    include_prompt: true,
  });
  const limits = { max_seq_length: files.maxLength ?? null, do_lower_case: false, ...files.limits };
  writeJson(join(folder, LIMITS), limits);
  const settings = { prompts: {}, default_prompt_name: null, similarity_fn_name: 'cosine' };
  writeJson(join(folder, SETTINGS), files.settings ?? settings);
}
