import { SeenImages } from '../../decoding/index.ts';
import { readyImages } from '../rows/image-squares.ts';
import { withAdapters, type AdapterOwner } from '../../../engine/nn/index.ts';
import type { ImageFile } from '../../../models/text/index.ts';
import type { Features } from '../../../base/features.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import { squaresOf } from '../rows/image-tokens.ts';
import type { Answering } from './answering.ts';

/**
 * Encodes a prompt's images with a model or an adapter on it; undefined for prompts without images. @throws AttuneError
 * E_MEDIA_UNREADABLE
 */
export async function seeImages(
  { model, media, lease }: Pick<Answering, 'model' | 'media'> & { lease?: { owner: AdapterOwner } },
  files: readonly ImageFile[] | undefined,
): Promise<SeenImages | undefined> {
  if (files === undefined || media?.imageTokens === undefined) return undefined;
  const squares: Features[] = [];
  for (const file of files) squares.push(await squaresOf(file, media));
  const about = { token: media.imageTokens.id, identity: files.map(({ hash }) => hash).join() };
  const see = () => noGrad(() => scope(() => ({ seen: new SeenImages(model, readyImages(squares), about) }))).seen;
  return withAdapters(lease && { all: lease.owner }, see);
}
