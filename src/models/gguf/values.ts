/** Typed values of a GGUF file's settings. */
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';

export type GgufSetting = [key: string, value: GgufValue];

export const u32 = (value: number): GgufValue => ({ type: 'u32', value });
export const f32 = (value: number): GgufValue => ({ type: 'f32', value: Math.fround(value) });
export const text = (value: string): GgufValue => ({ type: 'string', value });
export const flag = (value: boolean): GgufValue => ({ type: 'bool', value });
export const counts = (value: readonly number[]): GgufValue => ({ type: 'array', of: 'i32', value });
export const flags = (value: readonly boolean[]): GgufValue => ({ type: 'array', of: 'bool', value });

export function numberOf(raw: RawConfig, key: string, otherwise: number): number {
  const value = raw[key];
  return typeof value === 'number' ? value : otherwise;
}
