// in and out features, r rows of a block
import { AttuneError } from '../../base/errors.ts';
import { Parameter, type LinearLike } from '../../engine/nn/index.ts';
import { aten, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { DeltaAdapter } from './layer-adapter.ts';
import { begin, tuneLayers, type LinearTarget } from './layer-method.ts';
import type { MissOptions } from './miss.options.ts';
import { ROOT } from './peft-adapter.ts';
import { writeTargets } from './target-options.ts';

/** W plus a block that repeats along its rows; `bat`: W (I + block) + block, in pieces of r × r. */
class MissAdapter extends DeltaAdapter {
  /** [r, out]; [r, mini_r]; [out / r, r, r] with `bat` */
  readonly miss_block: Parameter;
  readonly #options: MissOptions;
  readonly #linear: LinearLike;

  constructor({ path, layer }: LinearTarget, options: MissOptions) {
    super(path, layer);
    this.#options = options;
    this.#linear = layer;
    const { r, mini_r: mini, bat } = options;
    const width = isMini(options) ? mini : layer.outFeatures;
    this.miss_block = new Parameter(bat ? [layer.outFeatures / r, r, r] : [r, width]);
    this.attach();
  }

  /** Older files use the method's former name for the block. */
  read(given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
    const former = `${ROOT}${this.path}.bone_block`;
    const block = given.get(former);
    if (block === undefined) return given;
    const rest = [...given].filter(([name]) => name !== former);
    return new Map([...rest, [`${ROOT}${this.path}.miss_block`, block]]);
  }

  delta(): Tensor {
    const { outFeatures: out, inFeatures: inner } = this.#linear;
    const { r, bat } = this.#options;
    const { tensor: block } = this.miss_block;
    if (bat) return this.#multiplied(block);
    const whole = block.shape[1] === out ? block : aten.repeat.default(block, [1, out / block.shape[1]]);
    const repeats = Math.ceil(inner / r);
    return aten.repeat.default(whole.transpose(0, 1), [1, repeats]).narrow(1, 0, inner); // [out, in]
  }

  #multiplied(block: Tensor): Tensor {
    const { outFeatures: out, inFeatures: inner, weight, isTransposed } = this.#linear;
    const { r } = this.#options;
    const own = weight.tensor.detach().to('f32');
    const rows = isTransposed ? own.transpose(0, 1) : own;
    const pieces = rows.reshape(out / r, r, inner / r, r).permute(2, 0, 1, 3); // [in / r, out / r, r, r]
    return pieces.matmul(block).add(block).permute(1, 2, 0, 3).reshape(out, inner);
  }
}

function isMini({ mini_r: mini, isMini: told = mini > 1 }: MissOptions): boolean {
  return told;
}

export const { create, open } = tuneLayers<MissOptions>({
  peftType: 'MISS',
  check(targets, { r, mini_r: mini, bat }) {
    const fits = ({ layer }: LinearTarget) =>
      bat ? layer.outFeatures % r === 0 && layer.inFeatures % r === 0 : mini === 1 || layer.outFeatures % mini === 0;
    const unfit = targets.filter((target) => !fits(target));
    if (unfit.length === 0) return;
    throw new AttuneError('E_RECIPE', {
      what: `Blocks of size ${bat ? r : mini} do not fit all layers`,
      problems: unfit.map(({ path, layer }) => ({
        field: path,
        message: `has ${layer.inFeatures} inputs and ${layer.outFeatures} outputs`,
      })),
      fix: `choose tuning.${bat ? 'r' : 'mini_r'} so that it divides them`,
    });
  },
  parts: (targets, options, start) =>
    targets.map((target) => {
      const adapter = new MissAdapter(target, options);
      begin(adapter.miss_block, start, () => zeros(adapter.miss_block.shape));
      return adapter;
    }),
  config: (options) => ({
    ...writeTargets(options),
    init_weights: options.bat ? 'bat' : isMini(options) ? 'mini' : true,
    mini_r: options.mini_r,
    miss_dropout: 0,
    r: options.r,
  }),
});
