import { resize, withImage } from '../../engine/image/index.ts';
import { mediaLogistic } from './media-logistic.ts';

const SIDE = 12;
const BILINEAR = 2;

/** Logistic regression on the pixels of downscaled images. */
export const pixels = mediaLogistic({
  name: 'pixels',
  title: 'small images + logistic regression',
  kind: 'image',
  async featuresOf(bytes, name) {
    return withImage(bytes, name, (whole) => Float64Array.from(resize(whole, [SIDE, SIDE], BILINEAR).data));
  },
});
