import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { TEXT_ENCODER } from '../../models/items/item-model.ts';
import { architectures } from '../../models/index.ts';
import { readConfig } from '../../models/load-model.ts';
import { hasCtcVocabulary, Tokenizer } from '../../models/text/index.ts';
import type { MediaReader } from '../tasks/rows/prepared-rows.ts';
import { mediaReaderFor } from './media-reader.ts';

/**
 * The tokenizer of a model's folder; a stub for models without text input. For recommendation models the tokens are
 * items. @throws E_TOKENIZER_…
 */
export async function tokenizerOf(folder: string, model = folder): Promise<Tokenizer> {
  const { modalities = ['text'] } = await architectureOf(model);
  const writes = modalities.includes('text') || modalities.includes('items') || hasCtcVocabulary(folder);
  return writes ? Tokenizer.load(folder) : Tokenizer.none(folder);
}

/** Reader of a model's images or recordings; undefined for text models. @throws E_PROCESSOR_… */
export async function mediaReaderOf(folder: string): Promise<MediaReader | undefined> {
  return mediaReaderFor(folder, await architectureOf(folder), readConfig(folder));
}

/** Files that describe a model's items, and the features that they use. */
export const CATALOGUE_FILES = ['items.jsonl', 'catalogue.json'] as const;

const PROCESSOR_FILES = ['preprocessor_config.json', 'processor_config.json', ...CATALOGUE_FILES];

/** Copies processor and item catalogue of the base model to the result, unchanged. */
export function copyProcessor(base: string, draft: string): void {
  for (const name of PROCESSOR_FILES) {
    const path = join(base, name);
    if (existsSync(path)) writeFileAtomic(join(draft, name), readFileSync(path));
  }
  const inner = join(base, TEXT_ENCODER);
  if (!existsSync(inner)) return;
  makeFolders(join(draft, TEXT_ENCODER));
  for (const name of readdirSync(inner))
    writeFileAtomic(join(draft, TEXT_ENCODER, name), readFileSync(join(inner, name)));
}

async function architectureOf(folder: string) {
  return architectures.load(String(readConfig(folder).model_type));
}
