// P processes, n trained numbers
import { interleaved } from '../base/many.ts';
import { cat, fromArray, noGrad, scope, zeros, type Tensor } from '../engine/tensor/index.ts';
import type { Group } from '../engine/group/index.ts';
import type { Trainable } from '../methods/interfaces.ts';

/** One turn of all processes: each takes a micro-batch. */
export interface Round<Item> {
  /** This process's part; undefined if there are fewer items left than processes. */
  own: Item | undefined;
  /** Processes with a part. */
  size: number;
}

/** Deals items out to the processes in turns. Without a group every item is a round of its own. */
export function roundsOf<Item>(items: readonly Item[], shared: Shared | undefined): Round<Item>[] {
  if (shared === undefined) return items.map((own) => ({ own, size: 1 }));
  const { rank, size } = shared.group;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, round) => {
    const part = items.slice(round * size, (round + 1) * size);
    return { own: part[rank] as Item | undefined, size: part.length };
  });
}

/** Work that the processes of a run do together. */
export class Shared {
  readonly group: Group;
  readonly #trainables: () => readonly Trainable[];

  constructor(group: Group, trainables: () => readonly Trainable[]) {
    this.group = group;
    this.#trainables = trainables;
  }

  /** Results of all processes, in the order of the items that `roundsOf` dealt out. */
  async inOrder<Result>(name: string, own: readonly Result[]): Promise<Result[]> {
    return interleaved(await this.group.gatherValues(name, own));
  }

  /** Whether it holds for any of the processes. */
  async isAny(name: string, own: boolean): Promise<boolean> {
    return (await this.group.gatherNumbers(name, own ? 1 : 0)).includes(1);
  }

  gradients(): OrderedGradients {
    return new OrderedGradients(this.group, this.#trainables());
  }
}

/**
 * Sums gradients over processes in the order of their micro-batches, so that the result is that of one process, bit
 * for bit, however many share the step. Each process sums one slice of all gradients: the traffic of a ring.
 */
export class OrderedGradients {
  readonly #group: Group;
  readonly #trainables: readonly Trainable[];
  /** Gradients from before these passes. */
  readonly #before: (Tensor | undefined)[];
  readonly #reached: boolean[];
  readonly #sliceSize: number;
  /** Sum of this process's slice. */
  #sum: Tensor | undefined;

  constructor(group: Group, trainables: readonly Trainable[]) {
    this.#group = group;
    this.#trainables = trainables;
    this.#before = trainables.map(({ parameter: { tensor } }) => tensor.grad?.own());
    this.#reached = trainables.map(() => false);
    const numbers = trainables.reduce((sum, { parameter }) => sum + parameter.tensor.size, 0);
    this.#sliceSize = Math.ceil(numbers / group.size);
    this.#clear();
  }

  /** Adds the gradients of a round: those of the first `count` processes. */
  async add(count: number): Promise<void> {
    const size = this.#group.size;
    const rows = noGrad(() => scope(() => this.#flat().reshape(size, this.#sliceSize))).own();
    this.#clear();
    // [P, slice]: this process's slice of everybody's gradients
    const parts = await this.#group.exchange('gradients', rows);
    noGrad(() =>
      scope(() => {
        for (let rank = 0; rank < count; rank++) {
          const part = parts.select(0, rank);
          if (this.#sum === undefined) this.#sum = part.clone().own();
          else this.#sum.add_(part);
        }
      }),
    );
    for (const tensor of [rows, parts]) tensor.dispose();
  }

  /** Sets the summed gradients of all processes on the parameters. */
  async finish(): Promise<void> {
    const reached = await this.#group.gatherValues('trained weights', this.#reached);
    const sum = this.#sum ?? zeros([this.#sliceSize]).own();
    const all = await this.#group.gather('summed gradients', sum);
    noGrad(() => scope(() => this.#set(all.reshape(-1), reached)));
    for (const tensor of [sum, all, ...this.#before]) tensor?.dispose();
  }

  #set(flat: Tensor, reached: readonly boolean[][]): void {
    let start = 0;
    for (const [i, { parameter }] of this.#trainables.entries()) {
      const { tensor } = parameter;
      const before = this.#before[i];
      if (reached.some((some) => some[i])) {
        const own = flat
          .narrow(0, start, tensor.size)
          .reshape(...tensor.shape)
          .to(tensor.dtype)
          .clone();
        tensor.grad = before === undefined ? own : before.add(own);
      } else tensor.grad = before;
      start += tensor.size;
    }
  }

  /** All gradients in one row, in f32, filled up to whole slices. */
  #flat(): Tensor {
    const parts = this.#trainables.map(({ parameter: { tensor } }, i) => {
      if (tensor.grad !== undefined) this.#reached[i] = true;
      return tensor.grad?.reshape(-1).to('f32').toDevice('cpu') ?? zeros([tensor.size]);
    });
    const numbers = parts.reduce((sum, { size }) => sum + size, 0);
    const missing = this.#sliceSize * this.#group.size - numbers;
    return cat(missing === 0 ? parts : [...parts, fromArray(new Float32Array(missing))], 0);
  }

  #clear(): void {
    for (const { parameter } of this.#trainables) parameter.tensor.grad = undefined;
  }
}
