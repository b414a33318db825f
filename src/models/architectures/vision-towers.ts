// P patches of all images, V width of the tower
/** Vision towers that stand in several models. */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { parseConfig } from '../raw-config.ts';
import type { Named } from '../decoder/plain.ts';
import { patchGrid } from '../images.ts';
import type { PatchGrid, Stack } from '../stack.ts';
import { ClipVision, clipVision } from './clip.ts';
import { sidesOf, type ImageTowerConfig } from './clip-layers.ts';
import { SiglipVision, siglipVision } from './siglip.ts';

/** A tower, not built yet. */
export interface VisionTower {
  width: number;
  layers: number;
  /** Epsilon of its norms. */
  epsilon: number;
  /** Pixels along a side of a patch. */
  patch: number;
  /** Patches of every image, where all have one size. */
  grid?: PatchGrid;
  /** Tokens in front of an image's patches. */
  extraTokens: number;
  build(): Named<Stack>;
}

function ofOneSize(config: ImageTowerConfig, extraTokens: number, build: () => Named<Stack>): VisionTower {
  const { image, patch } = sidesOf(config);
  return {
    width: config.hidden_size,
    layers: config.num_hidden_layers,
    epsilon: config.layer_norm_eps,
    patch: patch[0],
    grid: patchGrid(image, patch),
    extraTokens,
    build,
  };
}

const name = 'vision_tower.vision_model';

/** By the `model_type` of `vision_config`. */
const towers: Readonly<Record<string, (raw: RawConfig) => VisionTower>> = table({
  clip_vision_model(raw) {
    const config = parseConfig(clipVision, raw);
    return ofOneSize(config, 1, () => ({ name, module: new ClipVision(config) }));
  },
  siglip_vision_model(raw) {
    const config = parseConfig(siglipVision, raw);
    const hasHead = config.vision_use_head;
    return ofOneSize(config, 0, () => ({ name, module: new SiglipVision(config, { hasHead }) }));
  },
});

const typed = z.looseObject({ model_type: z.string().optional() });

/** The tower of a model's `vision_config`; `usual` are its keys in the reference where that is left out. @throws AttuneError E_CONFIG_BAD */
export function visionTower(raw: RawConfig, usual: RawConfig, known = Object.keys(towers)): VisionTower {
  const own = raw.vision_config == null ? usual : parseConfig(typed, raw.vision_config as RawConfig);
  const type = String(own.model_type ?? usual.model_type);
  if (known.includes(type)) return towers[type](own);
  throw new AttuneError('E_CONFIG_BAD', {
    what: `The vision tower of this ${String(raw.model_type)} model is not supported`,
    got: `model_type ${type} in vision_config`,
    expected: known.join(', '),
    fix: 'choose another model',
  });
}

/** The states of patches alone [P, V], and the rows and columns of each image's. */
export function patchStates(
  { grid, extraTokens }: Pick<VisionTower, 'grid' | 'extraTokens'>,
  hidden: Tensor,
  grids: readonly PatchGrid[] = [],
): { states: Tensor; grids: readonly PatchGrid[] } {
  if (grid === undefined) return { states: hidden, grids };
  const patches = grid[0] * grid[1];
  const images = hidden.shape[0] / (patches + extraTokens);
  const tokens = hidden.reshape(images, patches + extraTokens, hidden.shape[1]);
  return { states: tokens.narrow(1, extraTokens, patches).flatten(0, 1), grids: Array<PatchGrid>(images).fill(grid) };
}
