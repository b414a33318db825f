import sharp from 'sharp';
import { decodeImage } from './decode.ts';

/** A small version of an image as a `data:` address, to stand in a page. @throws AttuneError E_IMAGE_BAD, E_IMAGE_LARGE */
export async function thumbnail(bytes: Uint8Array, name: string, side: number): Promise<string> {
  const { data, width, height } = await decodeImage(bytes, name);
  const whole = sharp(data, { raw: { width, height, channels: 3 } });
  const small = whole.resize(side, side, { fit: 'inside', withoutEnlargement: true });
  return `data:image/jpeg;base64,${(await small.jpeg({ quality: 75 }).toBuffer()).toString('base64')}`;
}
