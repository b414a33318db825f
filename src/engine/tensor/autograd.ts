import { engine } from './engine.ts';
import { Tensor } from './tensor.ts';

/** Runs `body` without recording a graph. */
export function noGrad<T>(body: () => T): T {
  return withGradMode(false, body);
}

/** Runs `body` with recording, inside a `noGrad`. */
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
  /** Keep the graph for a second backward. */
  retain?: boolean;
}

/** Adds the gradient of `outputs` (weighted by `gradOutputs`; 1 for a scalar) into the `.grad` of every leaf under it. */
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
  /** Make the gradients differentiable themselves. */
  createGraph?: boolean;
  /** An input that the outputs do not depend on gives undefined instead of an error. */
  allowUnused?: boolean;
}

/** The gradients of `outputs` with respect to `inputs`, touching no leaf's `.grad`. */
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
