/** Estimate for fine-tuning a larger model with LoRA on this machine. */
export interface Outlook {
  parameters: number;
  tokensPerSecond: number;
  memoryBytes: number;
  /** Hours for three epochs over 1,000 rows of 300 tokens. */
  hours: number;
}

/** Shapes of common small models: parameters, width, layers, inner width, vocabulary. */
const shapes = [
  { parameters: 0.135e9, width: 576, layers: 30, inner: 1536, vocabulary: 49152 },
  { parameters: 0.5e9, width: 896, layers: 24, inner: 4864, vocabulary: 151936 },
  { parameters: 1.5e9, width: 1536, layers: 28, inner: 8960, vocabulary: 151936 },
];

const TOKENS = 3 * 1000 * 300;
/** Share of the matrix product's rate that a training step reaches, measured on bench workload W1. */
const SHARE_OF_RATE = 0.45;

/**
 * Estimates from the measured rate of matrix products, which dominate: LoRA costs about 4 operations per frozen
 * weight and token (forward, and backward to the inputs), and a third of the tokens have loss, so they pass through
 * the output head.
 */
export function outlook(machine: { bf16Gflops: number; f32Gflops: number; computeType: string }): Outlook[] {
  const rate = (machine.computeType === 'bf16' ? machine.bf16Gflops : machine.f32Gflops) * 1e9 * SHARE_OF_RATE;
  const bytes = machine.computeType === 'bf16' ? 2 : 4;
  return shapes.map(({ parameters, width, layers, inner, vocabulary }) => {
    const operations = 4 * (parameters - vocabulary * width) + (4 * vocabulary * width) / 3;
    const activations = 2048 * layers * (width * (12 * bytes + 24) + inner * 4 * bytes);
    const tokensPerSecond = rate / operations;
    return {
      parameters,
      tokensPerSecond,
      memoryBytes: parameters * bytes + activations + 0.6e9,
      hours: TOKENS / tokensPerSecond / 3600,
    };
  });
}
