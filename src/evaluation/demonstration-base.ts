/** Remarks that attune-base is for demonstration, and which models to tune for real use. */
import { formatDuration } from '../base/format.ts';

/** The language model that ships with the package. */
const DEMONSTRATION = { name: 'attune-base', parameters: 5.8e6 };

/** Small open models that attune can train and whose outputs are tested against the reference implementation. */
const REAL_BASES = {
  'causal-lm': [
    { name: 'HuggingFaceTB/SmolLM2-135M-Instruct', parameters: 135e6, bytes: 0.27e9 },
    { name: 'Qwen/Qwen2.5-0.5B-Instruct', parameters: 494e6, bytes: 0.99e9 },
  ],
  sequence: [
    { name: 'distilbert/distilbert-base-uncased', parameters: 67e6, bytes: 0.27e9 },
    { name: 'distilbert/distilbert-base-multilingual-cased', parameters: 135e6, bytes: 0.54e9 },
  ],
} as const;

export type RealBaseTask = keyof typeof REAL_BASES;

const WRITING = ['sft', 'dpo', 'orpo', 'cpo', 'simpo', 'kto', 'bco', 'pretrain', 'grpo', 'rloo', 'ppo', 'gkd'];
const READING = ['classification', 'multilabel', 'regression', 'token_classification'];

/**
 * Remark on a run of attune-base; undefined for other models and for objectives of other model families. @param seconds
 * duration of training
 */
export function remarkOnRun(
  { model, objective = '' }: { model?: string; objective?: string },
  seconds?: number,
): string | undefined {
  if (model !== DEMONSTRATION.name) return undefined;
  if (WRITING.includes(objective)) return demonstrationRemark('causal-lm', seconds);
  return READING.includes(objective) ? demonstrationRemark('sequence', seconds) : undefined;
}

/**
 * Explains that attune-base is for demonstration, and which model to use instead.
 * @param seconds duration of its tuning, from which the others' time is estimated
 */
export function demonstrationRemark(task: RealBaseTask = 'causal-lm', seconds?: number): string {
  const parameters = (DEMONSTRATION.parameters / 1e6).toFixed(1);
  return (
    `${DEMONSTRATION.name} is a demonstration model of ${parameters} M parameters: it learns the form ` +
    `of your rows but fails on words that they do not contain. ${realBasesRemark(task, seconds)}`
  );
}

/** Models on the hub to tune, with their size and estimated time. */
export function realBasesRemark(task: RealBaseTask, seconds?: number): string {
  const told = REAL_BASES[task].map(({ name, parameters, bytes }) => {
    const times = parameters / DEMONSTRATION.parameters;
    // A step's time is proportional to the number of parameters.
    const time = seconds === undefined ? '' : `, about ${formatDuration(roughly(times * seconds))} here`;
    return `--model ${name} (${(bytes / 1e9).toFixed(2)} GB${time})`;
  });
  return `For real use, tune one of these: ${told.join(' or ')}; attune models estimate NAME shows what it needs.`;
}

/** Rounds to minutes. */
function roughly(seconds: number): number {
  return 60 * Math.max(1, Math.round(seconds / 60));
}
