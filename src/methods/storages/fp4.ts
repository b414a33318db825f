import { defineStorage } from '../method.ts';
import { fourBitStorage } from './four-bit.ts';

/** Frozen linear layers as 4-bit floating-point numbers; nf4 is usually more accurate. */
export const method = defineStorage(fourBitStorage('fp4'));
