/** attune-base shows how tuning works; what to tune for use instead. */
import { formatDuration } from '../base/format.ts';

/** The language model that comes with the package. */
const DEMONSTRATION = { name: 'attune-base', parameters: 5.8e6 };

/** Small open models of the hub that attune trains and tests against their reference. */
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
 * The remark on a run of attune-base; undefined for other models, and objectives that other kinds of models serve.
 * @param seconds that training took
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
 * That attune-base is a demonstration model, and which to pull in its place.
 * @param seconds that tuning it took, from which the time of the others is estimated
 */
export function demonstrationRemark(task: RealBaseTask = 'causal-lm', seconds?: number): string {
  const parameters = (DEMONSTRATION.parameters / 1e6).toFixed(1);
  return (
    `${DEMONSTRATION.name} is a demonstration model of ${parameters} M parameters: it learns the form ` +
    `of your rows but fails on words that they do not contain. ${realBasesRemark(task, seconds)}`
  );
}

/** Which models of the hub to tune, how large they are and how long that takes. */
export function realBasesRemark(task: RealBaseTask, seconds?: number): string {
  const told = REAL_BASES[task].map(({ name, parameters, bytes }) => {
    const times = parameters / DEMONSTRATION.parameters;
    // A step's time grows with the weights that every token passes.
    const time = seconds === undefined ? '' : `, about ${formatDuration(roughly(times * seconds))} here`;
    return `--model ${name} (${(bytes / 1e9).toFixed(2)} GB${time})`;
  });
  return `For real use, tune one of these: ${told.join(' or ')}; attune models estimate NAME shows what it needs.`;
}

/** An estimate has no seconds. */
function roughly(seconds: number): number {
  return 60 * Math.max(1, Math.round(seconds / 60));
}
