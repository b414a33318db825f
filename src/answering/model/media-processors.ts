import { defineRegistry } from '../../base/registry.ts';
import type { Features } from '../../base/features.ts';
import type { MediaKind } from '../../data/media.ts';

/** Makes of a file what a model reads. */
export interface MediaProcessor {
  /** @throws AttuneError where the file cannot be read */
  process(bytes: Uint8Array, name: string): Promise<Features>;
}

/** A kind of files that models read. */
export interface MediaProcessorKind {
  /**
   * Processor described by the preprocessor_config.json of a model type; `patchesOfToken`: of models that read images
   * among texts. @throws AttuneError E_PROCESSOR_UNKNOWN, E_CONFIG_BAD
   */
  open(config: Readonly<Record<string, unknown>>, modelType: string, patchesOfToken?: number): MediaProcessor;
}

/** Kinds of files other than text. */
export const mediaProcessors = defineRegistry<MediaProcessorKind, MediaKind>('kind of files', 'E_UNKNOWN_MEDIA', {
  image: async () => (await import('./media/image.ts')).kind,
  audio: async () => (await import('./media/audio.ts')).kind,
});
