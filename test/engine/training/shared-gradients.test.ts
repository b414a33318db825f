// Gradients of several processes, simulated in one.
import { expect, it } from 'vitest';
import { Parameter } from '../../../src/engine/nn/index.ts';
import { fromArray, noGrad, scope, zeros } from '../../../src/engine/tensor/index.ts';
import { sharePasses } from '../../../src/training/shared/share-passes.ts';
import { Shared } from '../../../src/training/shared/shared.ts';
import { LocalGroup } from '../local-group.ts';

const SIZES = [3, 70_000, 5];

function weightsOf(): Parameter[] {
  return SIZES.map((size) => {
    const parameter = new Parameter([size]);
    scope(() => parameter.assign(zeros([size])));
    parameter.setTrainable(true);
    return parameter;
  });
}

function add({ tensor, size }: Parameter, value: number): void {
  noGrad(() =>
    scope(() => {
      const own = fromArray(new Float32Array(size).fill(value));
      const { grad } = tensor;
      if (grad === undefined) tensor.grad = own;
      else grad.add_(own);
    }),
  );
}

const valueOf = ({ tensor }: Parameter) =>
  scope(() => (tensor.grad === undefined ? undefined : tensor.grad.toNumbers()[0]));

/** A step over four items; `isTwice`: the last weight gets a second gradient after the first stage. */
async function step(group: LocalGroup | undefined, isTwice: readonly boolean[]): Promise<unknown[]> {
  const weights = weightsOf();
  const trainables = weights.map((parameter, i) => ({ name: `${i}`, parameter, decays: false }));
  const shared = new Shared({ group, shares: 4, trainables, ownOnly: false });
  const found: unknown[] = [];
  for (const twice of isTwice) {
    const passed = await sharePasses({
      name: 'test',
      shared,
      items: [1, 10, 100, 1000],
      hasGradients: true,
      async pass(item, onStage) {
        onStage?.(2);
        add(weights[2], item);
        onStage?.(1);
        // The first weight gets no gradient.
        add(weights[1], item);
        if (twice) add(weights[2], item / 2);
        onStage?.(0);
        return item * 2;
      },
    });
    found.push(passed, weights.map(valueOf));
    for (const { tensor } of weights) tensor.grad = undefined;
  }
  for (const weight of weights) weight.dispose();
  return found;
}

it('gradients that change after they were sent are summed anew', async () => {
  const expected = [
    [2, 20, 200, 2000],
    [undefined, 1111, 1111],
    [2, 20, 200, 2000],
    [undefined, 1111, 1666.5],
  ];
  expect(await step(undefined, [false, true])).toEqual(expected);
  for (const size of [2, 3, 4])
    for (const found of await Promise.all(LocalGroup.of(size).map((group) => step(group, [false, true]))))
      expect(found).toEqual(expected);
});
