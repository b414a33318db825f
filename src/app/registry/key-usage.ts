import { DAY, usageOf, withRegistry } from '../../store/registry/index.ts';
import type { useCase, KeyUsage } from '../use-cases/usage.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

const USUAL_DAYS = 7;

/** Usage by key and model in the last days, highest first; days begin at midnight UTC. */
export async function keyUsage({ days = USUAL_DAYS, key, model }: CallOptions<typeof useCase> = {}): Promise<
  KeyUsage[]
> {
  const from = (Math.floor(Date.now() / DAY) - days + 1) * DAY;
  const wish = { from, ...(key !== undefined && { keys: [key] }), ...(model !== undefined && { models: [model] }) };
  const rows = await withRegistry((registry) => usageOf(registry, wish));
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.key, row.model]));
  const sums = [...groups.values()].map((those) => {
    const sum = (field: 'requests' | 'input_tokens' | 'cached_tokens' | 'output_tokens') =>
      those.reduce((total, row) => total + Number(row[field]), 0);
    return {
      key: those[0].key,
      model: those[0].model,
      requests: sum('requests'),
      input_tokens: sum('input_tokens'),
      cached_tokens: sum('cached_tokens'),
      output_tokens: sum('output_tokens'),
    };
  });
  return sums.toSorted((a, b) => b.input_tokens + b.output_tokens - a.input_tokens - a.output_tokens);
}
