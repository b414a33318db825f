import { engine } from './engine.ts';
import { Tensor } from './tensor.ts';

/** Runs `body` without recording a graph. */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body);
}

/** Runs `body` with graph recording, inside a `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  return withGradMode(true, body);
}

function withGradMode<T>(enabled: boolean, body: () => T): T {
  const native = engine();
  const before = native.setGradMode(enabled);
  try {
    return body();
  } finally {
    native.setGradMode(before);
  }
}

export interface BackwardOptions {
  /** Keeps the graph for a second backward. */
  retain?: boolean;
}

/** Adds the gradients of `outputs` (weighted by `gradOutputs`; 1 for a scalar) to the `.grad` of all leaves. */
export function backward(
  outputs: readonly Tensor[],
  gradOutputs?: readonly (Tensor | undefined)[],
  options: BackwardOptions = {},
): void {
  engine().backward(
    outputs.map((output) => output.id),
    gradOutputs?.map((gradient) => gradient?.id),
    options.retain ?? false,
  );
}

export interface GradOptions extends BackwardOptions {
  gradOutputs?: readonly (Tensor | undefined)[];
  /** Makes the gradients themselves differentiable. */
  createGraph?: boolean;
  /** Inputs that the outputs do not depend on give undefined instead of an error. */
  allowUnused?: boolean;
}

/** Gradients of `outputs` with respect to `inputs`, without changing any `.grad`. */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | undefined)[] {
  const { gradOutputs, retain = false, createGraph = false, allowUnused = false } = options;
  const ids = engine().grad(
    outputs.map((output) => output.id),
    inputs.map((input) => input.id),
    gradOutputs?.map((gradient) => gradient?.id),
    retain,
    createGraph,
    allowUnused,
  );
  return ids.map((id) => (id === undefined ? undefined : new Tensor(id)));
}
