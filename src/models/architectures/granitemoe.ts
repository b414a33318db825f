import { z } from 'zod';
import { Linear, Module } from '../../engine/nn/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { defineDecoder } from '../decoder/define.ts';
import { balanceKeys, balanceOf, SparseFeedForward, type ExpertParts, type Router } from '../decoder/experts.ts';
import { beginGated, StackedLinear } from '../decoder/stacked-experts.ts';
import { graniteMultipliers, graniteSettings } from './granite.ts';

const schema = z
  .looseObject({ num_local_experts: count.default(8), num_experts_per_tok: count.default(2), ...balanceKeys })
  .refine((own) => own.num_experts_per_tok <= own.num_local_experts, {
    path: ['num_experts_per_tok'],
    error: 'exceeds the number of experts',
  });

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
  const [router, parts] = [routerOf(width, experts), expertsOf(shape)];
  return new SparseFeedForward({ width, experts, chosen, normalises, router, parts });
}

interface ExpertsShape {
  experts: number;
  chosen: number;
  width: number;
  inner: number;
  activation: string;
}

class GraniteRouter extends Module {
  readonly layer: Linear;

  constructor(width: number, experts: number) {
    super();
    this.layer = new Linear(width, experts);
  }
}

function routerOf(width: number, experts: number): Router {
  const module = new GraniteRouter(width, experts);
  return { name: 'router', module, forward: (x) => module.layer.forward(x) };
}

function expertsOf(shape: ExpertsShape): ExpertParts {
  const { experts, width, inner } = shape;
  const [input, output] = [new StackedLinear(experts, width, 2 * inner), new StackedLinear(experts, inner, width)];
  return {
    modules: { input_linear: input, output_linear: output },
    begin: beginGated(input.weight, output.weight, shape),
  };
}
