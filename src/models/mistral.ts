import { z } from 'zod';
import { parseConfig } from './config.ts';
import { defineDecoder } from './llama.ts';

const schema = z.looseObject({ sliding_window: z.int().positive().nullish() });

/** Llama with a sliding window on every layer (Jiang et al., 2023). */
export const architecture = defineDecoder('mistral', 'Mistral', (config) => {
  const { sliding_window: window } = parseConfig(schema, config);
  return {
    projectionBias: { qkv: false, output: false },
    mlpBias: false,
    headNorm: false,
    window: () => window ?? undefined,
  };
});
