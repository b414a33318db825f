import { audioProcessor } from '../../../engine/audio/index.ts';
import type { MediaProcessorKind } from '../media-processors.ts';

/** Audio processing as described by preprocessor_config.json. */
export const kind: MediaProcessorKind = {
  open(config) {
    const processor = audioProcessor(config);
    return { process: async (bytes) => processor.features(await processor.read(bytes)) };
  },
};
