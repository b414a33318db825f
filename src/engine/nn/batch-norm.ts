// B images, C channels, Y and X height and width
import { aten, zeros, wideType, type DType, type Tensor } from '../tensor/index.ts';
import { Module, ModuleBuffer, Parameter } from './module.ts';

/**
 * Batch normalisation with pre-training statistics (Ioffe and Szegedy, 2015), in training as well: statistics of small
 * batches would be worse and would make a row's loss depend on other rows. Scale and shift are trained; statistics are
 * saved unchanged.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly running_mean: ModuleBuffer;
  readonly running_var: ModuleBuffer;
  readonly num_batches_tracked: ModuleBuffer;
  readonly #epsilon: number;

  constructor(channels: number, epsilon: number) {
    super();
    this.weight = new Parameter([channels]);
    this.bias = new Parameter([channels]);
    this.running_mean = new ModuleBuffer([channels]);
    this.running_var = new ModuleBuffer([channels]);
    this.num_batches_tracked = new ModuleBuffer([], 'i64');
    this.#epsilon = epsilon;
  }

  /** x [B, C, Y, X] → the same */
  forward(x: Tensor): Tensor {
    // The operator has no meta kernel.
    if (x.device === 'meta') return x.mul(this.weight.value(x.dtype).reshape(1, -1, 1, 1));
    // The operator accepts narrow inputs with wide statistics, but not with narrow ones.
    const dtype = wideType(x.dtype);
    const [weight, bias, mean, variance] = [this.weight, this.bias, this.running_mean, this.running_var].map((part) =>
      part.value(dtype),
    );
    return aten.batch_norm.default(x, weight, bias, mean, variance, false, 0, this.#epsilon, false);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    if (name === 'num_batches_tracked') return zeros([], { dtype: 'i64', device });
    const isOne = name === 'weight' || name === 'running_var';
    return zeros(this.weight.shape, { dtype, device }).add(isOne ? 1 : 0);
  }
}
