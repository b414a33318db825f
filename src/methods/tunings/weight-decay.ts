import { BatchNorm2d, LayerNorm, RMSNorm, type Module } from '../../engine/nn/index.ts';

export function isNorm(module: Module): boolean {
  return module instanceof LayerNorm || module instanceof RMSNorm || module instanceof BatchNorm2d;
}

/** Norms and biases are never decayed. */
export function decays(module: Module, path: string): boolean {
  return !(isNorm(module) || path.endsWith('.bias') || path === 'bias');
}
