/** For an unknown model type: finds the known type whose tensors match a checkpoint best, and the differences. */
import { AttuneError } from '../base/errors.ts';
import { scope } from '../engine/tensor/index.ts';
import type { RawConfig } from './raw-config.ts';
import { architectures } from './index.ts';
import { namesOf, skeleton } from './skeleton.ts';

/** A tensor's name and shape, from a checkpoint's header. */
export interface StoredShape {
  name: string;
  shape: readonly number[];
}

export interface NearestType {
  modelType: string;
  /** Share of all tensors, of either side, that agree in name and shape. */
  share: number;
  /** Differing tensor names, with `*` for numbers, so that each kind of layer is listed once. */
  beyond: string[];
  missing: string[];
  reshaped: string[];
}

/** Layers to compare: the first ones are representative. */
const LAYERS = 4;

/** A type with a smaller share is not worth suggesting. */
const LEAST = 0.2;

/** The most similar known type; undefined if none is similar enough. */
export async function nearestType(raw: RawConfig, stored: readonly StoredShape[]): Promise<NearestType | undefined> {
  const short = shortened(raw);
  const shapes = new Map(stored.filter(({ name }) => isShown(name)).map(({ name, shape }) => [name, shape.join()]));
  const found: NearestType[] = [];
  for (const modelType of architectures.names) {
    const expected = await expectedShapes({ ...short, model_type: modelType }, shapes);
    if (expected !== undefined) found.push(compared(modelType, expected, shapes));
  }
  const [best] = found.toSorted((a, b) => b.share - a.share);
  return best === undefined || best.share < LEAST ? undefined : best;
}

/** The configuration, cut down to the layers compared. */
function shortened(raw: RawConfig): RawConfig {
  const { num_hidden_layers: layers } = raw;
  if (typeof layers !== 'number' || layers <= LAYERS) return raw;
  const cut = Object.entries(raw).map(([key, value]) => {
    return [key, Array.isArray(value) && value.length === layers ? value.slice(0, LAYERS) : value];
  });
  return { ...Object.fromEntries(cut), num_hidden_layers: LAYERS };
}

function isShown(name: string): boolean {
  const layer = /\.(\d+)\./.exec(`.${name}`)?.[1];
  return layer === undefined || Number(layer) < LAYERS;
}

interface Expected {
  /** The name found in the checkpoint, or the parameter's own. */
  name: string;
  shape: string;
}

/** Undefined if the type cannot parse the configuration. */
async function expectedShapes(raw: RawConfig, stored: ReadonlyMap<string, string>): Promise<Expected[] | undefined> {
  try {
    const { model } = await skeleton(raw, {}, { has: (name) => stored.has(name) });
    return scope(() =>
      [...model.parameters()].map(([path, { shape }]) => {
        const names = namesOf(model, path);
        return { name: names.find((name) => stored.has(name)) ?? names[0], shape: shape.join() };
      }),
    );
  } catch (error) {
    if (error instanceof AttuneError) return undefined;
    throw error;
  }
}

function compared(modelType: string, expected: readonly Expected[], stored: ReadonlyMap<string, string>): NearestType {
  const shared = expected.filter(({ name }) => stored.has(name));
  const reshaped = shared.filter(({ name, shape }) => stored.get(name) !== shape);
  const names = new Set(expected.map(({ name }) => name));
  const all = names.size + stored.size - shared.length;
  return {
    modelType,
    share: (shared.length - reshaped.length) / Math.max(1, all),
    beyond: kinds([...stored.keys()].filter((name) => !names.has(name))),
    missing: kinds([...names].filter((name) => !stored.has(name))),
    reshaped: kinds(reshaped.map(({ name }) => name)),
  };
}

/** Distinct names, with `*` for numbers. */
function kinds(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.replace(/(?<=^|\.)\d+(?=\.|$)/g, '*')))];
}
