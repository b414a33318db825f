import { BatchNorm2d, LayerNorm, RMSNorm, type Module } from '../../nn/index.ts';

/** Weight decay is never applied to norms and biases. */
export function decays(module: Module, path: string): boolean {
  const isNorm = module instanceof LayerNorm || module instanceof RMSNorm || module instanceof BatchNorm2d;
  return !(isNorm || path.endsWith('.bias') || path === 'bias');
}
