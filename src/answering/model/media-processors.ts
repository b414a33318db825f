import { defineRegistry } from '../../base/registry.ts';
import type { Features } from '../../base/features.ts';
import type { MediaKind } from '../../data/media.ts';

/** Converts files to model input. */
export interface MediaProcessor {
  /** @throws AttuneError if the file cannot be read */
  process(bytes: Uint8Array, name: string): Promise<Features>;
}

/** A kind of media files. */
export interface MediaProcessorKind {
  /**
   * Creates the processor that a preprocessor_config.json describes. `patchesOfToken` is set for vision language
   * models. @throws AttuneError E_PROCESSOR_UNKNOWN, E_CONFIG_BAD
   */
  open(config: Readonly<Record<string, unknown>>, modelType: string, patchesOfToken?: number): MediaProcessor;
}

/** Kinds of files other than text. */
export const mediaProcessors = defineRegistry<MediaProcessorKind, MediaKind>('kind of files', 'E_UNKNOWN_MEDIA', {
  image: async () => (await import('./media/image.ts')).kind,
  audio: async () => (await import('./media/audio.ts')).kind,
});
