import { defineStorage } from '../method.ts';
import { fourBitStorage } from './four-bit.ts';

/** Frozen linear layers in 4 bits, as small floating-point numbers; nf4 is usually closer. */
export const method = defineStorage(fourBitStorage('fp4'));
