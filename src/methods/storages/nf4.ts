import { defineStorage } from '../method.ts';
import { fourBitStorage } from './four-bit.ts';

/** Frozen linear layers in 4 bits, using quantiles of the normal distribution; with tuning lora, this is QLoRA. */
export const method = defineStorage(fourBitStorage('nf4'));
