import { z } from 'zod';
import { Linear } from '../../engine/nn/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { defineDecoder } from '../decoder/define.ts';
import {
  balanceKeys,
  balanceOf,
  SparseFeedForward,
  chosenAmong,
  linearRouter,
  type ExpertParts,
} from '../decoder/experts.ts';
import { beginGated, StackedLinear } from '../decoder/stacked-experts.ts';
import { graniteMultipliers, graniteSettings } from './granite.ts';

const schema = z
  .looseObject({ num_local_experts: count.default(8), num_experts_per_tok: count.default(2), ...balanceKeys })
  .refine(...chosenAmong('num_experts_per_tok', 'num_local_experts'));

/** Granite with a mixture of experts (IBM Granite 3, 2024). */
export const architecture = defineDecoder({
  modelType: 'granitemoe',
  classes: { causal: 'GraniteMoeForCausalLM' },
  settings: [...graniteSettings, 'num_local_experts'],
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const own = parseConfig(schema, raw);
    const { num_local_experts: experts, num_experts_per_tok: chosen } = own;
    const { scale, ...multipliers } = graniteMultipliers(raw);
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, scale }),
      ...multipliers,
      feedForward: () => graniteExperts({ experts, chosen, width, inner, activation }),
      feedForwardName: 'block_sparse_moe',
      balance: balanceOf(own, { experts, chosen }),
    };
  },
  logits: (raw) => ({ scale: graniteMultipliers(raw).logits }),
});

/** A layer's experts, stacked in two tensors. */
export function graniteExperts(shape: ExpertsShape): SparseFeedForward {
  const { experts, chosen, width } = shape;
  // Softmax over the chosen logits equals the normalised softmax over all.
  const normalises = true;
  const router = linearRouter('router.layer', new Linear(width, experts));
  return new SparseFeedForward({ width, experts, chosen, normalises, router, parts: expertsOf(shape) });
}

interface ExpertsShape {
  experts: number;
  chosen: number;
  width: number;
  inner: number;
  activation: string;
}

function expertsOf(shape: ExpertsShape): ExpertParts {
  const { experts, width, inner } = shape;
  const [input, output] = [new StackedLinear(experts, width, 2 * inner), new StackedLinear(experts, inner, width)];
  return {
    modules: { input_linear: input, output_linear: output },
    begin: beginGated(input.weight, output.weight, shape),
  };
}
