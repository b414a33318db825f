import { fourBitStorage } from './four-bit.ts';

export const { keep, create } = fourBitStorage('fp4');
