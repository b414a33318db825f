import { audioProcessor } from '../../../engine/audio/index.ts';
import type { MediaProcessorKind } from '../media-processors.ts';

/** Recordings as preprocessor_config.json wants them. */
export const kind: MediaProcessorKind = {
  open(config) {
    const processor = audioProcessor(config);
    return { process: async (bytes) => processor.features(await processor.read(bytes)) };
  },
};
