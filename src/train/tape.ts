import { currentRandomness, withRandomness, type Randomness } from '../nn/index.ts';
import type { StageRunner } from '../models/stack.ts';
import { backward, enableGrad, noGrad, scope, span, type Tensor } from '../tensor/index.ts';

interface Stage {
  body: (x: Tensor) => Tensor[];
  /** What the stage read: a leaf of its own, cut off from the stage before. */
  input: Tensor | undefined;
  outputs: readonly Tensor[];
  randomness: Randomness | undefined;
  isRecorded: boolean;
}

/**
 * Runs a model stage by stage (embedding, blocks, final norm) so that backward can go through them one by one. With
 * `checkpointing` a stage keeps only its input and is computed again when its turn comes: memory for one block instead
 * of all. Both ways take the same steps in the same order, so their gradients are equal to the bit.
 */
export class Tape implements StageRunner {
  readonly #checkpointing: boolean;
  readonly #stages: Stage[] = [];
  /** The leaves that stand for an output in later stages, by the output's id. */
  readonly #leaves = new Map<number, Tensor[]>();

  constructor(options: { checkpointing: boolean }) {
    this.#checkpointing = options.checkpointing;
  }

  stage(body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[] {
    const input = x === undefined ? undefined : this.#leafOf(x);
    // An embedding is cheap to keep, and whether it needs a gradient says whether the first block's input does.
    const isRecorded = !this.#checkpointing || input === undefined;
    const mode = isRecorded ? enableGrad : noGrad;
    const outputs = mode(() => span(this.#nameOf('forward'), () => scope(() => body(input as Tensor))));
    this.#stages.push({ body, input, outputs, randomness: currentRandomness(), isRecorded });
    return outputs;
  }

  /** Of the stage that comes next, or was just taken off: the same number both ways. */
  #nameOf(direction: 'forward' | 'backward'): string {
    return `stage ${this.#stages.length} ${direction}`;
  }

  share(x: Tensor): Tensor {
    return this.#leafOf(x);
  }

  #leafOf(output: Tensor): Tensor {
    const made = this.#stages.at(-1);
    const isNew = made?.outputs.some(({ id }) => id === output.id) === true;
    const isFrozen = isNew && made?.isRecorded === true && !output.requiresGrad;
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
    }
  }

  #backwardThrough(stage: Stage): void {
    const gradients = stage.outputs.map((output) => this.#gradientOf(output));
    if (gradients.every((gradient) => gradient === undefined)) return;
    const outputs = stage.isRecorded ? stage.outputs : this.#again(stage);
    const wanted = outputs.keys().filter((i) => gradients[i] !== undefined && outputs[i].requiresGrad);
    const places = [...wanted];
    if (places.length === 0) return;
    backward(
      places.map((i) => outputs[i]),
      places.map((i) => gradients[i]),
    );
  }

  #again(stage: Stage): Tensor[] {
    return withRandomness(stage.randomness, () => enableGrad(() => stage.body(stage.input as Tensor)));
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
