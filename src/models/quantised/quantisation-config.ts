import type { RawConfig } from '../raw-config.ts';

/** MLX's format, whose files hold unsigned integers, unlike all others. */
export const MLX = 'mlx';

/** Quantisation settings in a configuration; undefined if weights are dense. */
export function quantisationOf(raw: RawConfig): { method: string; config: unknown } | undefined {
  const { quantization: packed } = raw;
  if (typeof packed === 'object' && packed !== null && 'group_size' in packed) return { method: MLX, config: packed };
  const config = raw.quantization_config ?? raw.compression_config;
  if (typeof config !== 'object' || config === null) return undefined;
  const { quant_method: named, load_in_4bit: four, load_in_8bit: eight } = config as Record<string, unknown>;
  const older = four === true || eight === true ? 'bitsandbytes' : 'compressed-tensors';
  return { method: typeof named === 'string' ? named : older, config };
}

/** Configuration of the dequantised model. */
export function withoutQuantisation({
  quantization_config: _quantised,
  compression_config: _compressed,
  quantization: _packed,
  ...dense
}: RawConfig): RawConfig {
  return dense;
}
