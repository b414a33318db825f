import { createRequire } from 'node:module';
import type * as wavefile from 'wavefile';

/** From a CommonJS package whose exports Node does not see by name. */
export const { WaveFile } = createRequire(import.meta.url)('wavefile') as typeof wavefile;
