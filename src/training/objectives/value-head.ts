// S states, D width
import { Module, Parameter } from '../../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../../methods/interfaces.ts';

/** Expected future reward in a state. Initialised to 0, so an untrained critic expects nothing. */
export class ValueHead extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(width: number, device: string) {
    super();
    this.weight = new Parameter([1, width]);
    this.bias = new Parameter([1]);
    for (const [, parameter] of this.ownParameters()) {
      parameter.assign(zeros(parameter.shape, { device }));
      parameter.setTrainable(true);
    }
  }

  /** hidden [S, D] → f32 [S] */
  values(hidden: Tensor): Tensor {
    const { weight, bias } = this;
    return aten.linear.default(hidden.to('f32'), weight.tensor, { bias: bias.tensor }).squeeze(1);
  }

  /** `rate`: learning rate relative to the policy's. */
  trainables(rate: number): Trainable[] {
    return [...this.parameters()].map(([name, parameter]) => ({
      name: `value_head.${name}`,
      parameter,
      decays: name === 'weight',
      rate,
    }));
  }
}

export interface ValueLoss {
  /** Per state. [S] */
  losses: Tensor;
  /** 1 where the clipped value decides. [S] */
  clipped: Tensor;
}

/** Half the squared distance from the returns, clipped: moving a value by more than `range` brings no gain. */
export function valueLoss(
  values: Tensor,
  { old, returns }: { old: Tensor; returns: Tensor },
  range: number,
): ValueLoss {
  const near = aten.minimum.default(aten.maximum.default(values, old.sub(range)), old.add(range));
  const [free, bound] = [values, near].map((some) => some.sub(returns).pow(2));
  return {
    losses: aten.maximum.default(free, bound).mul(0.5),
    clipped: aten.gt.Tensor(bound.detach(), free.detach()).to('f32'),
  };
}
