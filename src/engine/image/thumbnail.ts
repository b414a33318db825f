import { withFeature } from '../../base/optional-packages.ts';
import { withImage } from './decode.ts';

/** A small version of an image as a `data:` URL for HTML pages. @throws AttuneError E_IMAGE_BAD, E_IMAGE_LARGE */
export async function thumbnail(bytes: Uint8Array, name: string, side: number): Promise<string> {
  return withImage(bytes, name, async ({ data, width, height }) => {
    const { sharp } = await withFeature('images', () => import('../../files/image-library.ts'));
    const whole = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
    const small = whole.resize(side, side, { fit: 'inside', withoutEnlargement: true });
    return `data:image/jpeg;base64,${(await small.jpeg({ quality: 75 }).toBuffer()).toString('base64')}`;
  });
}
