import type { ModelDetails } from '../models.ts';
import { formatBytes, formatCount, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatFacts } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'show details of a model or adapter',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a model, or attune-base')],
  effects: [],
  examples: ['models show attune-base', 'models show runs/tickets'],
  async run({ model }): Promise<ModelDetails> {
    const { showModel } = await import('../models.ts');
    return showModel(model);
  },
  render(model, { colours }) {
    const count = (value: number | undefined): string | undefined =>
      value === undefined ? undefined : formatCount(value);
    return [
      `${colours.bold(shortPath(model.folder))}  ${model.kind}`,
      formatFacts(
        [
          ['type', model.modelType],
          ['base', model.adapter?.base],
          ['adapter', describeAdapter(model)],
          ['parameters', `${formatCount(model.parameters)}, ${model.dtypes.join(', ')}, ${formatBytes(model.bytes)}`],
          ['quantised', describeQuantisation(model)],
          ['layers', count(model.layers)],
          ['vocabulary', count(model.vocabulary)],
          ['max_length', count(model.maxLength)],
          ['reads', model.reads?.join(', ')],
          ['left out', model.leftOut],
          ['tasks', model.tasks.join(', ')],
          ['LoRA tunes', describeAdapted(model)],
          ['tokenizer', describeTokenizer(model)],
        ],
        colours,
      ),
    ].join('\n');
  },
});

function describeQuantisation({ quantisation }: ModelDetails): string | undefined {
  if (quantisation === undefined) return undefined;
  const { method, isRead } = quantisation;
  return `${method}, ${isRead ? 'dequantised when loaded' : 'cannot be loaded: use the original model that was quantised'}`;
}

/** "24 layers q_proj (576 → 576), …; 1,234 weights per unit of r". */
function describeAdapted({ adapted }: ModelDetails): string | undefined {
  if (adapted === undefined) return undefined;
  if (adapted.length === 0) return 'nothing; train all weights: tuning: full';
  const groups = adapted.map(({ name, layers, features }) => {
    const size = features === undefined ? '' : ` (${formatCount(features[0])} → ${formatCount(features[1])})`;
    return `${layers} ${name}${size}`;
  });
  const weights = adapted.reduce((sum, { perRank }) => sum + perRank, 0);
  return `${groups.join(', ')}; ${plural(weights, 'weights')} per unit of r`;
}

function describeTokenizer({ hasTokenizer, hasChatTemplate }: ModelDetails): string {
  if (!hasTokenizer) return 'none';
  return hasChatTemplate ? 'with a chat template' : 'without a chat template';
}

function describeAdapter({ adapter }: ModelDetails): string | undefined {
  if (adapter === undefined) return undefined;
  const shown = ['r', 'alpha', 'num_virtual_tokens'].filter((name) => adapter.options[name] !== undefined);
  return [adapter.method, ...shown.map((name) => `${name} ${String(adapter.options[name])}`)].join(', ');
}
