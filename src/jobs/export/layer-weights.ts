import { adaptable } from '../../methods/tunings/targets.ts';
import { loadModel } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { isAdapterFolder } from '../../answering/model/base-model.ts';
import { openModel } from '../../answering/model/open-model.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';

/** Layer weights by path, f32 [out, …] with the other dimensions flattened. */
export type LayerWeights = ReadonlyMap<string, () => Tensor>;

/** Layer weights of a target, mapped from its files if it is a complete model; an adapter is merged first. */
export async function layerWeights(target: string): Promise<LayerWeights> {
  const folder = resultFolder(target);
  const model = isAdapterFolder(folder) ? await mergedModel(target) : (await loadModel(folder)).model;
  const parameters = new Map(model.parameters());
  return new Map(
    adaptable(model).map(({ path, layer }) => {
      const isTransposed = isLinear(layer) && layer.isTransposed;
      return [
        path,
        () => {
          const weight = parameters.get(`${path}.weight`)!.tensor.detach().to('f32');
          return isTransposed ? weight.transpose(0, 1) : weight.flatten(1);
        },
      ];
    }),
  );
}

async function mergedModel(target: string): Promise<Model> {
  const { model, tuning } = await openModel(target, { precision: 'f32' });
  tuning?.merge({ isFinal: true });
  return model;
}
