/**
 * Ways of prompting a model that need no training, by the name that `compare WAY:MODEL`, `evaluation.baselines` and
 * recipes (`model: WAY:MODEL`) use. Each has its implementation under the same name in `answering/prompting/ways`.
 */
export const askingWays = {
  prompted: { told: 'with instructions' },
  few_shot: { told: 'with examples' },
  retrieved: { told: 'with retrieval' },
  searched: { told: 'with a searched prompt' },
} as const;

export type AskingWay = keyof typeof askingWays;

export const askingWayNames = Object.keys(askingWays) as [AskingWay, ...AskingWay[]];

export function isAskingWay(name: string): name is AskingWay {
  return Object.hasOwn(askingWays, name);
}

/** Whether a kind of system has not been trained on the rows: a base model, however it is prompted. */
export function isUntrained(kind: string): boolean {
  return kind === 'base' || isAskingWay(kind);
}

/** Splits `WAY:MODEL`; undefined for other names. `few-shot` is accepted too. */
export function askedModel(text: string): { way: AskingWay; model: string } | undefined {
  const [, prefix = '', model = ''] = /^([a-z_-]+):(.+)$/s.exec(text) ?? [];
  const way = prefix.replaceAll('-', '_');
  return isAskingWay(way) ? { way, model } : undefined;
}
