/** Shared by tunings with virtual tokens: an option, and keys of adapter_config.json. */
import { z } from 'zod';

/** `where`: description of the tokens. */
export const virtualTokenCount = (where: string, usual = 20) =>
  z.int().positive().max(4096).default(usual).describe(where);

export const virtualTokenKeys = {
  num_virtual_tokens: z.int().positive().max(1_000_000),
  num_transformer_submodules: z.literal(1, { error: 'only models with a single stack can be loaded' }).nullish(),
  num_attention_heads: z.int().nullish(),
  num_layers: z.int().nullish(),
  token_dim: z.int().nullish(),
};
