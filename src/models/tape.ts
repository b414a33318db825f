import { currentRandomness, KeptProducts, withRandomness, type Randomness } from '../engine/nn/index.ts';
import type { StageRunner } from './stack.ts';
import { backward, enableGrad, noGrad, scope, span, type Tensor } from '../engine/tensor/index.ts';

interface Stage {
  body: (x: Tensor) => Tensor[];
  /** Input of the stage: a leaf of its own, detached from the previous stage. */
  input: Tensor | undefined;
  outputs: readonly Tensor[];
  randomness: Randomness | undefined;
  /** Cached outputs of a stage that runs again; undefined if the stage is recorded. */
  kept: KeptProducts | undefined;
}

/**
 * Whether stages run again in backward. Then each keeps its input and outputs of its layers, up to KEPT_PER_INPUT values for
 * each of the input's; with `least` none of these.
 */
export type Checkpointing = boolean | 'least';

/** Room for q, k, v and the output projection (at most four widths), not for a feed-forward's inner values. */
export const KEPT_PER_INPUT = 4;

/**
 * Runs a model stage by stage (embedding, blocks, final norm) so that backward can go through them one by one. With
 * `checkpointing` a stage keeps its input and a few outputs of its layers, and is computed again when its turn comes:
 * memory for one block instead of all. Both ways take the same steps in the same order, so their gradients are equal to the bit.
 */
export class Tape implements StageRunner {
  readonly #checkpointing: Checkpointing;
  readonly #stages: Stage[] = [];
  /** The leaves that stand for an output in later stages, by the output's id. */
  readonly #leaves = new Map<number, Tensor[]>();

  constructor(options: { checkpointing: Checkpointing }) {
    this.#checkpointing = options.checkpointing;
  }

  stage(body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[] {
    const input = x === undefined ? undefined : this.#leafOf(x);
    // An embedding is cheap to keep, and whether it needs a gradient says whether the first block's input does.
    const kept = input === undefined ? undefined : this.#keptOf(input);
    const run = () => body(input as Tensor);
    const { outputs } = span(this.#nameOf('forward'), () =>
      scope(() => {
        if (kept === undefined) return { outputs: enableGrad(run), kept: [] };
        return { outputs: noGrad(() => kept.first(run)), kept: kept.tensors };
      }),
    );
    this.#stages.push({ body, input, outputs, randomness: currentRandomness(), kept });
    return outputs;
  }

  #keptOf(input: Tensor): KeptProducts | undefined {
    if (this.#checkpointing === false) return undefined;
    return new KeptProducts(this.#checkpointing === 'least' ? 0 : KEPT_PER_INPUT * input.size);
  }

  /** Name of the next stage, or of the one just removed: the same number in both directions. */
  #nameOf(direction: 'forward' | 'backward'): string {
    return `stage ${this.#stages.length} ${direction}`;
  }

  share(x: Tensor): Tensor {
    return this.#leafOf(x);
  }

  #leafOf(output: Tensor): Tensor {
    const made = this.#stages.at(-1);
    const isNew = made?.outputs.some(({ id }) => id === output.id) === true;
    const isFrozen = isNew && made?.kept === undefined && !output.requiresGrad;
    const leaf = output.detach().setRequiresGrad(!isFrozen);
    const leaves = this.#leaves.get(output.id);
    if (leaves === undefined) this.#leaves.set(output.id, [leaf]);
    else leaves.push(leaf);
    return leaf;
  }

  /** Goes back through the stages; the gradients of what the objective read must have been computed. */
  backward(): void {
    for (let stage = this.#stages.pop(); stage !== undefined; stage = this.#stages.pop()) {
      span(this.#nameOf('backward'), () => scope(() => this.#backwardThrough(stage)));
      for (const output of stage.outputs) {
        for (const leaf of this.#leaves.get(output.id) ?? []) leaf.dispose();
        this.#leaves.delete(output.id);
        output.dispose();
      }
      for (const tensor of stage.kept?.tensors ?? []) tensor.dispose();
    }
  }

  #backwardThrough(stage: Stage): void {
    const gradients = stage.outputs.map((output) => this.#gradientOf(output));
    if (gradients.every((gradient) => gradient === undefined)) return;
    const outputs = stage.kept === undefined ? stage.outputs : this.#again(stage, stage.kept);
    const wanted = outputs.keys().filter((i) => gradients[i] !== undefined && outputs[i].requiresGrad);
    const places = [...wanted];
    if (places.length === 0) return;
    backward(
      places.map((i) => outputs[i]),
      places.map((i) => gradients[i]),
    );
  }

  #again({ randomness, body, input }: Stage, kept: KeptProducts): Tensor[] {
    return withRandomness(randomness, () => enableGrad(() => kept.second(() => body(input as Tensor))));
  }

  #gradientOf(output: Tensor): Tensor | undefined {
    let sum: Tensor | undefined;
    for (const leaf of this.#leaves.get(output.id) ?? []) {
      const gradient = leaf.grad;
      if (gradient !== undefined) sum = sum === undefined ? gradient : sum.add(gradient);
    }
    return sum;
  }
}
