// N tokens, D width
import { plainLayers, RMSNorm } from '../../engine/nn/index.ts';
import { attune, type Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart, Norm } from './attention-part.ts';
import type { FeedForwardPart } from './feed-forward.ts';

/** With more tokens, the overhead between matrix products is negligible. */
const FEW_TOKENS = 8;

/** A layer whose sublayers read normalised input and are added to the residual stream. */
export interface FusableLayer {
  attention: AttentionPart;
  feedForward: FeedForwardPart;
  /** Before attention and before feed-forward. */
  norms: readonly Norm[];
}

/**
 * Computes a whole layer by `attune::decoder_layer`, for few tokens with a cache. Undefined if the operator does not
 * apply; the layer then runs part by part. x [N, D] → [N, D]
 */
export function fusedLayer(x: Tensor, pass: Pass, layer: FusableLayer): Tensor | undefined {
  const { layout, cache } = pass;
  if (cache?.lend === undefined || x.shape[0] > FEW_TOKENS || layout.together !== undefined) return undefined;
  const [attention, feedForward] = [layer.attention.fusable?.(pass), layer.feedForward.fusable];
  if (attention === undefined || feedForward === undefined) return undefined;
  const { rotation, options } = attention;
  const linears = plainLayers([...attention.linears, ...feedForward], x.shape[0]);
  const norms: readonly Norm[] = [...layer.norms, ...attention.norms];
  if (linears === undefined || !areAlike(norms)) return undefined;
  const [{ epsilon }] = norms;
  const { changes } = linears;
  const { keys, values, slots, offsets } = cache.lend(layer.attention.layer as number);
  if (rotation.cos.shape[1] !== keys.shape[2]) return undefined; // only a part of each head is rotated
  return attune.decoder_layer.default(
    x,
    norms.map((norm) => norm.scale()),
    linears.weights,
    linears.biases,
    rotation.cos,
    rotation.sin,
    keys,
    values,
    slots,
    layout.offsets,
    offsets,
    epsilon,
    changes.a,
    changes.b,
    changes.linear,
    changes.scales,
    changes.rows,
    options,
  );
}

/** Whether the norms are the kind that the operator computes. */
function areAlike(norms: readonly Norm[]): norms is readonly RMSNorm[] {
  const [first] = norms;
  return norms.every((norm) => norm instanceof RMSNorm && first instanceof RMSNorm && norm.epsilon === first.epsilon);
}
