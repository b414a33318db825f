// P patches of all images, V width of the tower
/** Vision towers shared by several models. */
import { z } from 'zod';
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
import { Siglip2Vision, siglip2Vision } from './siglip2.ts';
import { knownPart } from './vision-language.ts';

/** A tower, not yet built. */
export interface VisionTower {
  width: number;
  layers: number;
  /** Epsilon of the norms. */
  epsilon: number;
  /** Patch grid, if all images have the same. */
  grid?: PatchGrid;
  /** Tokens before an image's patches. */
  extraTokens: number;
  build(): Named<Stack>;
}

function towerOf(config: ImageTowerConfig, extraTokens: number, build: () => Named<Stack>): VisionTower {
  return {
    width: config.hidden_size,
    layers: config.num_hidden_layers,
    epsilon: config.layer_norm_eps,
    extraTokens,
    build,
  };
}

function ofOneSize(config: ImageTowerConfig, extraTokens: number, build: () => Named<Stack>): VisionTower {
  const { image, patch } = sidesOf(config);
  return { ...towerOf(config, extraTokens, build), grid: patchGrid(image, patch) };
}

const name = 'vision_tower.vision_model';

/** Keyed by the `model_type` of `vision_config`. */
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
  siglip2_vision_model(raw) {
    const config = parseConfig(siglip2Vision, raw);
    const hasHead = config.vision_use_head;
    return towerOf(config, 0, () => ({ name, module: new Siglip2Vision(config, { hasHead }) }));
  },
});

const typed = z.looseObject({ model_type: z.string().optional() });

/** The tower in a model's `vision_config`; `usual` are the reference's defaults if that is missing. @throws AttuneError E_CONFIG_BAD */
export function visionTower(raw: RawConfig, usual: RawConfig, known: readonly string[]): VisionTower {
  const own = raw.vision_config == null ? usual : parseConfig(typed, raw.vision_config as RawConfig);
  const type = String(own.model_type ?? usual.model_type);
  return towers[knownPart(raw, { key: 'vision_config', type, known })](own);
}

/** States of patches alone [P, V], without extra tokens, and each image's patch grid. */
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
