import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { truncated } from '../../methods/tunings/adapter-merging.ts';
import { ROOT } from '../../methods/tunings/peft-adapter.ts';
import { adaptable, type Target } from '../../methods/tunings/targets.ts';
import type { Model } from '../../models/model.ts';
import { isLinear, type Parameter } from '../../engine/nn/index.ts';
import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Tuning } from '../../methods/interfaces.ts';

/** Difference between a tuned model and its base. */
export interface Change {
  /** Paths of layers with changed weights. */
  layers: string[];
  /** Paths of changed modules that a LoRA cannot represent. */
  whole: string[];
  /** Whether biases changed as well. */
  hasBiases: boolean;
}

/** @throws E_MODELS_DIFFER if one was not derived from the other */
export function changeBetween(base: Model, tuned: Model, initialised: readonly string[]): Change {
  const before = new Map(base.parameters());
  const after = new Map(tuned.parameters());
  const problems: Problem[] = [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [one, other] = [before.get(path), after.get(path)];
    if (one === undefined || other === undefined) return [{ field: path, message: 'exists in only one of them' }];
    if (one.shape.join() === other.shape.join()) return [];
    return [{ field: path, message: `is ${other.shape.join(' × ')}, but ${one.shape.join(' × ')} in the base` }];
  });
  if (problems.length > 0) {
    throw new AttuneError('E_MODELS_DIFFER', {
      what: 'The tuned model was not derived from this base model',
      problems: problems.slice(0, SHOWN),
      expected: 'the same architecture, sizes and vocabulary',
    });
  }
  const isChanged = (path: string) => !scope(() => aten.equal.default(weightOf(before, path), weightOf(after, path)));
  const changed = [...before.keys()].filter(isChanged);
  const adapted = new Set(adaptable(base).map(({ path }) => path));
  const isNew = new Set(initialised);
  const layers: string[] = [];
  const whole: string[] = [];
  let hasBiases = false;
  for (const path of changed) {
    const [module, key] = [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)];
    if (key === 'bias' && !isNew.has(path)) hasBiases = true;
    else if (key === 'weight' && adapted.has(module) && !isNew.has(path)) layers.push(module);
    else whole.push(module);
  }
  return { layers, whole: [...new Set(whole)], hasBiases };
}

/** Maximum number of problems listed for unrelated models. */
const SHOWN = 20;

function weightOf(parameters: ReadonlyMap<string, Parameter>, path: string): Tensor {
  return parameters.get(path)!.tensor.detach().to('f32');
}

/**
 * Loads the tuned model's change into a LoRA on the base and its saved modules.
 * @returns the share of the layers' squared change that the rank captures
 */
export function fillLora(
  tuning: Tuning,
  { base, tuned, rank }: { base: Model; tuned: Model; rank: number },
  emit: EventSink,
): number {
  const [before, after] = [base, tuned].map((model) => new Map(model.parameters()));
  const layers = new Map(adaptable(base).map(({ path, layer }) => [path, layer]));
  const names = [...tuning.state().keys()];
  const adapted = names.flatMap((name) => FACTOR.exec(name)?.groups?.path ?? []);
  let [held, all] = [0, 0];
  noGrad(() =>
    scope(() => {
      const others = names.filter((name) => !FACTOR.test(name) && !name.endsWith('.lora_B.weight'));
      const state = new Map(others.map((name) => [name, weightOf(after, pathOf(name))]));
      for (const [done, path] of adapted.entries()) {
        emit({ type: 'work-advanced', phase: 'export', done, total: adapted.length, unit: 'layers' });
        const { a, b, squared } = scope(() => factorsOf(layers.get(path)!, { before, after, path, rank }));
        all += squared;
        held += squares(b); // rows of A have unit length
        state.set(`${ROOT}${path}.lora_A.weight`, a);
        state.set(`${ROOT}${path}.lora_B.weight`, b);
      }
      tuning.load(state);
    }),
  );
  return held / all;
}

const FACTOR = /^base_model\.model\.(?<path>.+)\.lora_A\.weight$/;

/** Path of a parameter that an adapter's file stores in full. */
function pathOf(name: string): string {
  return name.slice(ROOT.length).replace('.base_layer.', '.');
}

interface LayerChange {
  before: ReadonlyMap<string, Parameter>;
  after: ReadonlyMap<string, Parameter>;
  path: string;
  rank: number;
}

/** Factors in the shapes of a layer's adapter, and the squared norm of the whole change. */
function factorsOf(layer: Target['layer'], { before, after, path, rank }: LayerChange) {
  const change = weightOf(after, `${path}.weight`).sub(weightOf(before, `${path}.weight`));
  const squared = squares(change);
  if (isLinear(layer)) return { ...truncated(layer.isTransposed ? change.transpose(0, 1) : change, rank), squared };
  const { a, b } = truncated(change.flatten(1), rank);
  const [out, ...kernel] = change.shape;
  return { a: a.reshape(rank, ...kernel), b: b.reshape(out, rank, 1, 1), squared };
}

function squares(x: Tensor): number {
  return aten.linalg_vector_norm.default(x).item() ** 2;
}
