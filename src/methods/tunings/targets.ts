import { capitalised, withArticle } from '../../base/articles.ts';
import { BoundedPattern } from '../../base/bounded-pattern.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { tokenTables } from '../../models/token-tables.ts';
import { ConvolutionBase, Embedding, isLinear, type Module } from '../../engine/nn/index.ts';
import type { AdaptableLayer, TargetLayer } from './layer-adapter.ts';

export interface Target<Layer extends AdaptableLayer = TargetLayer> {
  path: string;
  layer: Layer;
}

/** `all-linear`, names, or a regular expression for whole paths (PEFT's `target_modules`). */
export type TargetModules = string | readonly string[];

/** Layers that a tuning selects. */
export interface Wanted {
  target_modules: TargetModules;
  layers_to_transform?: readonly number[] | null;
  /** Layer lists that these numbers index; by default the outermost in each path, or the innermost if this is empty. */
  layers_pattern?: readonly string[] | null;
  exclude_modules?: TargetModules | null;
  /** Fully trained modules, which get no adapter. */
  modules_to_save?: readonly string[];
}

const NAMING = ['target_modules', 'layers_to_transform', 'exclude_modules'] as const;

/**
 * Layers that get an adapter, in the model's order. Names may also match convolutions (of all channels) and the token
 * table; in convolutional networks, `all-linear` means convolutions.
 */
export function findTargets(
  model: Model,
  choice: Wanted,
  accepts: (layer: AdaptableLayer) => boolean = isProduct,
): Target<AdaptableLayer>[] {
  const { target_modules: wanted } = choice;
  // Newly initialised parts are trained in full; image readers stay frozen in text models.
  const { newlyInitialised = [], imageReader } = model.trunk;
  const apart = [model.head, ...newlyInitialised, ...(imageReader?.modules ?? [])].flatMap((part) => [
    ...part.modules(),
  ]);
  const isApart = new Set(apart.map(([, module]) => module));
  const all = candidates(model).filter(({ layer }) => accepts(layer));
  if (all.length === 0) {
    throw new AttuneError('E_NO_TARGETS', {
      what: `${capitalised(withArticle(model.architecture.modelType))} model has no layer that can have an adapter`,
      fix: 'train all weights: tuning: full',
    });
  }
  const hasLinear = all.some(({ layer }) => isLinear(layer) && !isApart.has(layer));
  const isWanted = wantedPaths(choice);
  const found = all.filter(({ path, layer }) => {
    if (wanted === 'all-linear' && (isApart.has(layer) || !isProduct(layer) || (hasLinear && !isLinear(layer))))
      return false;
    return isWanted(path);
  });
  if (found.length > 0) return found;
  const fields = NAMING.filter((field) => choice[field] != null);
  throw new AttuneError('E_NO_TARGETS', {
    what:
      `${fields.join(', ')} ${fields.length === 1 ? 'matches' : 'together match'} no layer of this model ` +
      'that can have an adapter',
    got: fields.map((field) => JSON.stringify(choice[field])).join(', '),
    expected: `all-linear, or some of ${[...new Set(all.map(({ path }) => lastName(path)))].join(', ')}`,
  });
}

/** Every layer that any method can adapt. */
export function candidates(model: Model): Target<AdaptableLayer>[] {
  return [...tableTargets(model), ...adaptable(model)];
}

/** Whether a layer is selected, given its path. */
export function wantedPaths({ target_modules: wanted, ...choice }: Wanted): (path: string) => boolean {
  const { exclude_modules: excluded = null, modules_to_save: whole = [], layers_to_transform: layers } = choice;
  const [matches, isExcluded] = [matcher(wanted), excluded === null ? () => false : matcher(excluded)];
  const layerOf = counting(choice.layers_pattern);
  const isWhole = (path: string) => whole.some((name) => `.${path}.`.includes(`.${name}.`));
  // A full path already determines the layer.
  const isExact = (path: string) => Array.isArray(wanted) && wanted.includes(path);
  const isIn = (path: string) => layers == null || isExact(path) || layers.includes(layerOf(path) ?? -1);
  return (path) => matches(path) && isIn(path) && !isExcluded(path) && !isWhole(path);
}

/** Whether a layer multiplies by its weight, unlike a table lookup. */
export function isProduct(layer: AdaptableLayer): layer is TargetLayer {
  return !(layer instanceof Embedding);
}

/** Tables of input tokens, positions and types, with their paths. */
function tableTargets(model: Model): Target<Embedding>[] {
  const { tokenTable } = model.trunk;
  const others: Target<Embedding>[] = [];
  for (const [path, module] of model.modules())
    if (module instanceof Embedding && module !== tokenTable) others.push({ path, layer: module });
  if (tokenTable === undefined) return others;
  return [{ path: tokenTables(model).input.path, layer: tokenTable }, ...others];
}

/** Adaptable layers, in the model's order. */
export function adaptable(model: Model): Target[] {
  const found: Target[] = [];
  for (const [path, module] of model.modules()) if (isTarget(module)) found.push({ path, layer: module });
  return found;
}

/** Whether names match grouped convolutions, which PEFT adapts but attune does not. */
export function namesGrouped(model: Model, names: readonly string[]): boolean {
  return [...model.modules()].some(
    ([path, module]) =>
      module instanceof ConvolutionBase && !module.isWhole && names.some((name) => isNamed(path, name)),
  );
}

function isTarget(module: Module): module is Module & TargetLayer {
  return isLinear(module) || (module instanceof ConvolutionBase && module.isWhole);
}

export function matcher(wanted: TargetModules): (path: string) => boolean {
  if (wanted === 'all-linear') return () => true;
  if (typeof wanted === 'string') {
    const pattern = new BoundedPattern(wanted, '^(?:', ')$');
    return (path) => pattern.test(path);
  }
  return (path) => wanted.some((name) => isNamed(path, name));
}

/** Finds the layer number in a path. */
function counting(lists: readonly string[] | null | undefined): (path: string) => number | undefined {
  const named = lists?.map((name) => new RegExp(`^.*\\.${name.replaceAll('.', '\\.')}\\.(\\d+)\\.`)) ?? [/\.(\d+)\./];
  const patterns = named.length > 0 ? named : [/^.*\.[^.]*\.(\d+)\./];
  return (path) => {
    const found = patterns.map((pattern) => pattern.exec(path)?.[1]).find((number) => number !== undefined);
    return found === undefined ? undefined : Number(found);
  };
}

/** Whether a module matches a name: its full path, or the end of it. */
export function isNamed(path: string, name: string): boolean {
  return path === name || path.endsWith(`.${name}`);
}

/** Whether `modules_to_save` matches a module: by the end of its path, as in PEFT (`classifier` matches `pre_classifier`). */
export function isSaved(path: string, names: readonly string[]): boolean {
  return names.some((name) => path.endsWith(name));
}

export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

const PATTERNS = [
  'rank_pattern',
  'alpha_pattern',
  'lambda_pattern',
  'n_frequency_pattern',
  'block_size_pattern',
] as const;

/** Rejects options that match nothing in this model, which would be ignored silently. @throws E_NO_TARGETS */
export function refuseUnmatched(
  targets: readonly { path: string }[],
  options: Wanted & { [Field in (typeof PATTERNS)[number]]?: Readonly<Record<string, number>> },
): void {
  const { target_modules: wanted, layers_to_transform: layers } = options;
  const paths = targets.map(({ path }) => path);
  const reached = new Set(paths.map(counting(options.layers_pattern)));
  const names = Array.isArray(wanted) ? (wanted as readonly string[]) : [];
  const problems: Problem[] = [
    ...names.filter((name) => !paths.some(matcher([name]))).map((name) => unmatched('target_modules', name)),
    ...(layers ?? [])
      .filter((layer) => !reached.has(layer))
      .map((layer) => unmatched('layers_to_transform', String(layer))),
    ...(layers == null ? idleLists(options.layers_pattern ?? []) : []),
    ...PATTERNS.flatMap((field) =>
      Object.keys(options[field] ?? {})
        .map((key) => ({ key, alone: { [key]: 1 } }))
        .filter(({ alone }) => paths.every((path) => fromPattern(alone, path) === undefined))
        .map(({ key }) => unmatched(field, key)),
    ),
  ];
  if (problems.length === 0) return;
  const isByNumber = problems.every(({ field }) => field === 'tuning.layers_to_transform');
  throw new AttuneError('E_NO_TARGETS', {
    what: 'The tuning names layers that cannot have an adapter in this model',
    problems,
    ...(!isByNumber && { expected: `some of ${[...new Set(paths.map(lastName))].join(', ')}` }),
  });
}

function idleLists({ length }: readonly string[]): Problem[] {
  const message = 'names the layer lists for layers_to_transform, which is not set';
  return length === 0
    ? []
    : [{ field: 'tuning.layers_pattern', message, fix: 'add tuning.layers_to_transform, or remove it' }];
}

function unmatched(field: string, name: string): Problem {
  return {
    field: `tuning.${field}`,
    message: `"${name}" matches no layer with an adapter`,
    fix: 'correct or remove it',
  };
}

/** Value for a path in `rank_pattern` or `alpha_pattern`: that of the first key matching the path's end, as in PEFT. */
export function fromPattern(pattern: Readonly<Record<string, number>>, path: string): number | undefined {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = Object.entries(pattern).map(([key, value]) => [new BoundedPattern(key, '^(?:.*\\.)?(?:', ')$'), value]);
    compiled.set(pattern, known);
  }
  return known.find(([expression]) => expression.test(path))?.[1];
}

/** Rank and scaling of a module. */
export function rankAndAlpha(
  { r, alpha, rank_pattern, alpha_pattern }: RankOptions,
  path: string,
): { rank: number; alpha: number } {
  return { rank: fromPattern(rank_pattern, path) ?? r, alpha: fromPattern(alpha_pattern, path) ?? alpha };
}

interface RankOptions {
  r: number;
  alpha: number;
  rank_pattern: Readonly<Record<string, number>>;
  alpha_pattern: Readonly<Record<string, number>>;
}

const compiled = new WeakMap<object, [BoundedPattern, number][]>();
