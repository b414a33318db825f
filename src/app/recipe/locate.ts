import { asText } from '../../base/as-text.ts';
import { table } from '../../base/table.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../../base/errors.ts';
import { cheapModelNames } from '../../answering/baselines/cheap-names.ts';
import { askedModel } from '../../store/asking-ways.ts';
import { parseReference } from '../../training/reference.ts';
import { isOwnBase } from '../../answering/model/base-model.ts';
import { isPlainObject } from '../../base/plain-object.ts';

/** A stored recipe with absolute paths, and those of its paths that do not exist. */
export interface LocatedRecipe<Stored> {
  recipe: Stored;
  missing: Problem[];
}

/**
 * Makes a stored recipe's paths absolute. They are relative to `base`, the folder in which its run was started. Names
 * of models and templates stay names.
 */
export function locateRecipe<Stored extends object>(stored: Stored, base: string): LocatedRecipe<Stored> {
  const missing: Problem[] = [];
  const locate = (field: string, path: string): string => {
    const absolute = resolve(base, path);
    if (!isGlob(path) && !existsSync(absolute)) missing.push({ field, message: `${absolute} does not exist` });
    return absolute;
  };
  const recipe = withReferences(stored, base) as Record<string, unknown>;
  const data = table({ ...(recipe.data as Record<string, unknown>) });
  for (const split of ['train', 'validation', 'test'])
    data[split] = locateSources(data[split], `data.${split}`, locate);
  data.chat_template = existing(data.chat_template, base);
  const named = asText(recipe.model);
  const { way, model: inner = named } = askedModel(named) ?? {};
  const isName = isOwnBase(inner) || cheapModelNames.includes(inner);
  const found = isName ? existing(inner, base) : locate('model', inner);
  const model = way === undefined ? found : `${way}:${String(found)}`;
  const references = withKey(recipe.references, (recipe.data as typeof data).chat_template, data.chat_template);
  // May no longer exist: a run with checkpoints of its own does not need it.
  const from = recipe.continued_from;
  const continued_from = isPlainObject(from) ? { ...from, checkpoint: resolve(base, asText(from.checkpoint)) } : null;
  return { recipe: { ...recipe, model, data, continued_from, references } as Stored, missing };
}

/** Renames one key of the hashes. */
function withKey(hashes: unknown, name: unknown, renamed: unknown): unknown {
  if (!isPlainObject(hashes)) return hashes;
  return Object.fromEntries(Object.entries(hashes).map(([key, hash]) => [key === name ? renamed : key, hash]));
}

/** Makes the paths of sources absolute; their other fields stay as they are. */
function locateSources(sources: unknown, field: string, locate: (field: string, path: string) => string): unknown {
  if (!Array.isArray(sources)) return sources;
  return (sources as { path: string; media_dir?: string }[]).map((source) => ({
    ...source,
    path: locate(field, source.path),
    ...(source.media_dir !== undefined && { media_dir: locate(`${field}.media_dir`, source.media_dir) }),
  }));
}

/** Absolute path of a value that names an existing file or folder; any other value is returned as is. */
function existing(value: unknown, base: string): unknown {
  return typeof value === 'string' && existsSync(resolve(base, value)) ? resolve(base, value) : value;
}

/** Makes the file of every `./file.ts#name` absolute, in keys (of hashes) as well as in values. */
function withReferences(value: unknown, base: string): unknown {
  if (typeof value === 'string') {
    const reference = parseReference(value);
    return reference === undefined ? value : `${resolve(base, reference.file)}#${reference.name}`;
  }
  if (Array.isArray(value)) return value.map((item) => withReferences(item, base));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [withReferences(key, base), withReferences(item, base)]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}
