/** Image decoding and preprocessing. */
export { decodeImage, withImage } from './decode.ts';
export type { Pixels, Size } from './pixels.ts';
export { imageProcessor, type ImageProcessor } from './processor.ts';
export { resize, type Resample } from './resize.ts';
export { thumbnail } from './thumbnail.ts';
