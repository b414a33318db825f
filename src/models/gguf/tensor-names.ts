// H heads, d head size, D width
import { entryOf, table } from '../../base/table.ts';
import { decoderConfig, headShape, type DecoderConfig } from '../decoder/config.ts';
import type { RawConfig } from '../raw-config.ts';
import type { GgufFamily } from './gguf-family.ts';
import { neighbours, offsets, unchanged, type TensorLayout } from './layouts.ts';

/** Hugging Face's names and llama.cpp's. */
const OUTSIDE: Record<string, string> = table({
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
});

const IN_A_LAYER: Record<string, string> = table({
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
});

/** Lists of modules that GGUF stacks in one tensor. */
const STACKED = /\.(experts|altup_projections|altup_unembed_projections)\.(\d+)\./;

const LAYER = /^(?:model|backbone)\.layers\.(\d+)\.(.+)$/;

/** Location of a parameter in the file. */
export interface Place {
  /** One tensor, or several if the parameter is split. */
  names: readonly string[];
  layout: TensorLayout;
  /** Index in a tensor that stacks all experts. */
  expert?: number;
  /** Only read by some families. */
  isOptional: boolean;
}

/** Finds the places of a model's parameters; `raw` is its completed configuration. */
export function placesOf(family: GgufFamily, raw: RawConfig): (path: string) => Place | undefined {
  const config = decoderConfig(raw);
  const layouts = family.layouts?.(raw);
  return (path) => {
    const [, , number] = STACKED.exec(path) ?? [];
    const whole = path.replace(STACKED, '.$1.');
    const [, layer, rest] = LAYER.exec(whole) ?? [];
    const own = entryOf(layouts, rest ?? whole);
    const known = layer === undefined ? entryOf(family.outside, whole) : entryOf(family.names, rest);
    const name = known ?? (layer === undefined ? entryOf(OUTSIDE, whole) : nameIn(rest, family));
    const names = own?.names ?? (name === undefined ? undefined : [name]);
    if (names === undefined) return undefined;
    const expert = number === undefined ? undefined : Number(number);
    return {
      names: layer === undefined ? names : names.map((one) => `blk.${layer}.${one}`),
      layout: own ?? usualLayout(path, { name: names[0], family, config }),
      ...(expert !== undefined && { expert }),
      isOptional: own?.names === undefined && known === undefined && OPTIONAL.test(names[0]),
    };
  };
}

const OPTIONAL = /\.bias$|_[qk]_norm\.weight$/;

/** llama.cpp's name of a layer's parameter, without the layer. */
function nameIn(rest: string, { names }: GgufFamily): string | undefined {
  const [, module, kind] = /^(.+)\.(weight|bias)$/.exec(rest) ?? [];
  const name = entryOf(names, module ?? '') ?? entryOf(IN_A_LAYER, module ?? '');
  return name === undefined ? undefined : `${name}.${kind}`;
}

function usualLayout(
  path: string,
  { name, family, config }: { name: string; family: GgufFamily; config: DecoderConfig },
): TensorLayout {
  if (family.normsFromZero === true && NORM.test(name)) return offsets;
  const [, part] = /\.self_attn\.([qk])_proj\./.exec(path) ?? [];
  if (family.rotatesNeighbours !== true || part === undefined) return unchanged;
  const { heads, keyHeads } = headShape(config);
  return neighbours(part === 'q' ? heads : keyHeads);
}

/** Norms stored as offsets from 1; those of state spaces are stored as they are. */
const NORM = /(?<!ssm_)norm\.weight$/;
