import { adaptable } from '../../methods/tunings/targets.ts';
import { loadModel } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { isAdapterFolder } from '../../answering/model/base-model.ts';
import { openModel } from '../../answering/model/open-model.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';

/** Weights of layers by their paths, f32 [out, …] with the rest of the dimensions as one. */
export type LayerWeights = ReadonlyMap<string, () => Tensor>;

/** Those of what a user points at, mapped from its files where it is a whole model; an adapter is merged first. */
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
