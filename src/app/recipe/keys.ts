import { z } from 'zod';
import { pushAll } from '../../base/many.ts';
import { type Axis, methodOptions } from '../../training/recipe/options.ts';
import { recipeSchema } from '../../methods/recipe/base-recipe.ts';
import type { SearchRange } from '../../methods/recipe/search-range.ts';

/** One key of the recipe, from which command-line flags, help and suggestions are generated. */
export interface RecipeKey {
  /** Dotted path: `training.epochs`. */
  path: string;
  leaf: string;
  description: string;
  /** Display form of the value: `NUMBER`, `fail|drop`, `PATH`. */
  shown: string;
  /** Undefined if a value is required. */
  defaultValue: unknown;
  schema: z.ZodType;
  /** Range in which `attune search` varies it. */
  search?: SearchRange;
  /** Implementations that have this option; undefined for keys of all runs. */
  methods?: readonly string[];
  /** Variants by implementation; implementations with the same variant are grouped. */
  variants?: readonly KeyVariant[];
}

/** An option as described by some of the implementations. */
export type KeyVariant = Pick<RecipeKey, 'description' | 'shown' | 'defaultValue'> & { methods: readonly string[] };

/** Path of each axis in the recipe, and the key that names its implementation. */
export const axisPlaces: Record<Axis, { path: string; nameKey: string }> = {
  tuning: { path: 'tuning', nameKey: 'method' },
  objective: { path: 'objective', nameKey: 'name' },
  storage: { path: 'storage', nameKey: 'name' },
  optimizer: { path: 'training.optimizer', nameKey: 'name' },
};

const axes = Object.keys(axisPlaces) as Axis[];

/** Sections of keys: `data`, `training`, `training.optimizer`, … */
export const sectionPaths: ReadonlySet<string> = new Set([
  ...Object.entries(recipeSchema.shape)
    .filter(([, schema]) => asObject(schema) !== undefined)
    .map(([name]) => name),
  ...axes.map((axis) => axisPlaces[axis].path),
]);

let loaded: Promise<RecipeKeys> | undefined;

/** All keys, including those of every known method. */
export function recipeKeys(): Promise<RecipeKeys> {
  loaded ??= loadKeys();
  return loaded;
}

export class RecipeKeys {
  readonly all: readonly RecipeKey[];
  readonly #byPath: ReadonlyMap<string, RecipeKey>;
  readonly #byLeaf: ReadonlyMap<string, readonly RecipeKey[]>;

  constructor(all: readonly RecipeKey[]) {
    this.all = all;
    this.#byPath = new Map(all.map((key) => [key.path, key]));
    this.#byLeaf = Map.groupBy(all, (key) => key.leaf);
  }

  at(path: string): RecipeKey | undefined {
    return this.#byPath.get(path);
  }

  /** Keys whose last name is `leaf`; if there is only one, the name alone identifies it. */
  withLeaf(leaf: string): readonly RecipeKey[] {
    return this.#byLeaf.get(leaf) ?? [];
  }
}

async function loadKeys(): Promise<RecipeKeys> {
  const keys = baseKeys(recipeSchema, '');
  for (const axis of axes) pushAll(keys, await axisKeys(axis));
  return new RecipeKeys(keys);
}

function baseKeys(schema: z.ZodObject, prefix: string): RecipeKey[] {
  return Object.entries(schema.shape).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const section = asObject(value as z.ZodType);
    if (section !== undefined) return baseKeys(section, `${path}.`);
    return sectionPaths.has(path) ? [] : [describeKey(path, value as z.ZodType)];
  });
}

async function axisKeys(axis: Axis): Promise<RecipeKey[]> {
  const { path, nameKey } = axisPlaces[axis];
  const registry = methodOptions[axis];
  const namePath = `${path}.${nameKey}`;
  const choice = schemaAt(path);
  const keys = new Map<string, RecipeKey>([
    [namePath, { ...describeKey(namePath, choice), schema: z.string(), shown: registry.names.join('|') }],
  ]);
  for (const name of registry.names) {
    const { options } = await registry.load(name);
    for (const [option, schema] of Object.entries(options.shape)) {
      const optionPath = `${path}.${option}`;
      const described = describeKey(optionPath, schema as z.ZodType);
      const { methods = [], variants = [], ...first } = keys.get(optionPath) ?? described;
      const grown = withVariant(variants, { ...described, methods: [name] });
      keys.set(optionPath, { ...first, methods: [...methods, name], variants: grown });
    }
  }
  return [...keys.values()];
}

function withVariant(variants: readonly KeyVariant[], one: KeyVariant): KeyVariant[] {
  const textOf = ({ description, shown, defaultValue }: KeyVariant) =>
    JSON.stringify([description, shown, defaultValue]);
  const at = variants.findIndex((other) => textOf(other) === textOf(one));
  if (at === -1) {
    const { description, shown, defaultValue, methods } = one;
    return [...variants, { description, shown, defaultValue, methods }];
  }
  return variants.with(at, { ...variants[at], methods: [...variants[at].methods, ...one.methods] });
}

/** The schema at an existing path of the base recipe. */
function schemaAt(path: string): z.ZodType {
  let schema: z.ZodType = recipeSchema;
  // own: a key of our own schema
  for (const name of path.split('.')) schema = asObject(schema)!.shape[name] as z.ZodType;
  return schema;
}

function describeKey(path: string, schema: z.ZodType): RecipeKey {
  const leaf = path.slice(path.lastIndexOf('.') + 1);
  const { shown, defaultValue, description, search } = unwrap(schema);
  return { path, leaf, description, shown, defaultValue, schema, ...(search && { search }) };
}

/** The object schema inside defaults; undefined if the value has no keys. */
function asObject(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodPrefault) return asObject(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodObject ? schema : undefined;
}

function unwrap(schema: z.ZodType): Pick<RecipeKey, 'shown' | 'defaultValue' | 'description' | 'search'> {
  let inner = schema;
  let defaultValue: unknown;
  let { description, shown, search } = metaOf(inner);
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodNullable) {
    if (!(inner instanceof z.ZodNullable)) defaultValue = inner.def.defaultValue;
    inner = inner.unwrap() as z.ZodType;
    const meta = metaOf(inner);
    description ??= meta.description;
    shown ??= meta.shown;
    search ??= meta.search;
  }
  return { shown: shown ?? valueForm(inner), defaultValue, description: description ?? '', search };
}

function metaOf(schema: z.ZodType): { description?: string; shown?: string; search?: SearchRange } {
  return (schema.meta() ?? {}) as ReturnType<typeof metaOf>;
}

function valueForm(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.join('|');
  if (schema instanceof z.ZodLiteral) return [...schema.values].join('|');
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => valueForm(option as z.ZodType)).join('|');
  if (schema instanceof z.ZodBoolean) return 'true|false';
  if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'N' : 'NUMBER';
  if (schema instanceof z.ZodArray) return 'LIST';
  return schema instanceof z.ZodRecord ? '{NAME: VALUE}' : 'TEXT';
}
