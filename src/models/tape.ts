import { currentRandomness, KeptProducts, withRandomness, type Randomness } from '../engine/nn/index.ts';
import type { StageRunner } from './stack.ts';
import { backward, enableGrad, noGrad, scope, span, type Tensor } from '../engine/tensor/index.ts';

interface Stage {
  body: (x: Tensor) => Tensor[];
  /** The stage's input: a leaf, detached from the previous stage. */
  input: Tensor | undefined;
  outputs: readonly Tensor[];
  randomness: Randomness | undefined;
  /** Cached products of a recomputed stage; undefined if the stage is recorded. */
  kept: KeptProducts | undefined;
}

/**
 * Whether stages are recomputed in backward. Each then keeps its input and outputs of its linear layers, up to
 * KEPT_PER_INPUT values for each input value; with `least`, only its input.
 */
export type Checkpointing = boolean | 'least';

/** Enough for q, k, v and the output projection (at most four widths), but not for a feed-forward's inner values. */
export const KEPT_PER_INPUT = 4;

/**
 * Runs a model stage by stage (embedding, blocks, final norm) so that backward can go through them one by one. With
 * `checkpointing`, a stage keeps only its input and a few outputs of its layers and is recomputed in backward, which
 * needs the memory of one block instead of all. Both ways take the same steps in the same order, so gradients are
 * bit-identical.
 */
export class Tape implements StageRunner {
  readonly #checkpointing: Checkpointing;
  readonly #onStage: ((stagesLeft: number) => void) | undefined;
  readonly #stages: Stage[] = [];
  /** Leaves that represent an output in later stages, by the output's id. */
  readonly #leaves = new Map<number, Tensor[]>();

  /** `onStage`: called before backward and after each of its stages. */
  constructor(options: { checkpointing: Checkpointing; onStage?: (stagesLeft: number) => void }) {
    this.#checkpointing = options.checkpointing;
    this.#onStage = options.onStage;
  }

  stage(body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[] {
    const input = x === undefined ? undefined : this.#leafOf(x);
    // An embedding is cheap to keep, and its result shows whether the first block's input needs a gradient.
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

  /** Name of the next stage, or of the one just removed: a stage has the same number in both directions. */
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

  /** Backpropagates through the stages; the gradients of the outputs that the objective read must exist already. */
  backward(): void {
    this.#onStage?.(this.#stages.length);
    for (let stage = this.#stages.pop(); stage !== undefined; stage = this.#stages.pop()) {
      span(this.#nameOf('backward'), () => scope(() => this.#backwardThrough(stage)));
      for (const output of stage.outputs) {
        for (const leaf of this.#leaves.get(output.id) ?? []) leaf.dispose();
        this.#leaves.delete(output.id);
        output.dispose();
      }
      for (const tensor of stage.kept?.tensors ?? []) tensor.dispose();
      this.#onStage?.(this.#stages.length);
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
