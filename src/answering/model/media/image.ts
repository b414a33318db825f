import { imageProcessor } from '../../../engine/image/index.ts';
import type { MediaProcessorKind } from '../media-processors.ts';

/** Image processing as described by preprocessor_config.json. All images are resized to the model's input size. */
export const kind: MediaProcessorKind = {
  open: (config, modelType, patchesOfToken) => imageProcessor(config, modelType, patchesOfToken),
};
