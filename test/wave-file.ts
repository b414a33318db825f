import { createRequire } from 'node:module';
import type * as wavefile from 'wavefile';

/** From a CommonJS package whose named exports Node does not detect. */
export const { WaveFile } = createRequire(import.meta.url)('wavefile') as typeof wavefile;
