import { imageProcessor } from '../../../engine/image/index.ts';
import type { MediaProcessorKind } from '../media-processors.ts';

/** Images as preprocessor_config.json wants them. All have the size that the model reads. */
export const kind: MediaProcessorKind = {
  open: (config, modelType, patchesOfToken) => imageProcessor(config, modelType, patchesOfToken),
};
