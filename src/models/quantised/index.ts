import { defineRegistry } from '../../base/registry.ts';
import type { Quantisation } from './packed-weight.ts';

/** Keyed by `quantization_config.quant_method` in config.json. */
export const quantisations = defineRegistry<Quantisation, string>('quantisation', 'E_QUANTISATION_UNSUPPORTED', {
  bitsandbytes: async () => (await import('./bitsandbytes.ts')).quantisation,
  gptq: async () => (await import('./gptq.ts')).quantisation,
  awq: async () => (await import('./awq.ts')).quantisation,
  fp8: async () => (await import('./fp8.ts')).quantisation,
  fbgemm_fp8: async () => (await import('./fp8.ts')).quantisation,
  mxfp4: async () => (await import('./mxfp4.ts')).quantisation,
  'compressed-tensors': async () => (await import('./compressed-tensors.ts')).quantisation,
});
