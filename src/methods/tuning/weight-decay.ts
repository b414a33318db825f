import { LayerNorm, RMSNorm, type Module } from '../../nn/index.ts';

/** Weight decay is never applied to norms and biases. */
export function decays(module: Module, path: string): boolean {
  return !(module instanceof LayerNorm || module instanceof RMSNorm || path.endsWith('.bias') || path === 'bias');
}
