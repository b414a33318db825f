import { AttuneError } from '../base/errors.ts';
import { parseJson } from '../files/json.ts';
import type { Reply } from './messages.ts';
import type { Plan } from './plan.ts';

/**
 * adapter_config.json of the shared adapter.
 * @throws AttuneError E_FEDERATED_SITES unless all sites that finished have the same kind of adapter
 */
export function commonConfig(replies: ReadonlyMap<string, Reply>, plan: Plan): string {
  const texts = [...replies.values()].map(({ values }) => values['adapter-config']);
  const configs = new Set(plan.ranks === undefined ? texts : texts.map((text) => ofPlan(String(text), plan)));
  const [config] = configs;
  if (configs.size === 1 && typeof config === 'string') return config;
  throw new AttuneError('E_FEDERATED_SITES', {
    what: 'The sites did not finish with the same kind of adapter',
    got: configs.size === 0 ? 'no site finished' : `${configs.size} different configurations`,
    fix: 'see why on the sites (audit.jsonl), then start the coordinator again: the rounds are kept',
  });
}

/** A site's configuration with the plan's rank; alpha / r is the same at all sites. */
function ofPlan(text: string, plan: Plan): string {
  const config = parseJson<{ r: number; lora_alpha: number }>(text);
  const { r } = plan.recipe.tuning as { r: number };
  const alpha = Number(((config.lora_alpha * r) / config.r).toPrecision(12));
  return JSON.stringify({ ...config, r, lora_alpha: alpha });
}
