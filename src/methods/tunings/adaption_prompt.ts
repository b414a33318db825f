// N tokens, n vectors, D width, H heads, K key-value heads, d head size
import { AttuneError } from '../../base/errors.ts';
import type { AdaptableAttention, AttentionAdapter } from '../../models/attention-adapters.ts';
import { keyedNormal } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import { Parameter } from '../../engine/nn/index.ts';
import { noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable, Tuning, TuningContext } from '../interfaces.ts';
import { adapterConfig } from './adapter-file.ts';
import type { AdaptionPromptOptions } from './adaption_prompt.options.ts';
import { attentionLayers } from './attention-layers.ts';
import { begin } from './layer-method.ts';
import { PeftAdapter, ROOT, type AdapterPart } from './peft-adapter.ts';
import { saveModules } from './saved-modules.ts';
import { lastName } from './targets.ts';
import { refuseTokens } from './token-indices.ts';

/** Vectors that every token of a layer attends to separately; the result is added through a gate. */
class AdaptionPrompt implements AdapterPart, AttentionAdapter {
  /** [1, n, D] */
  readonly prompt: Parameter;
  /** [1] */
  readonly gate = new Parameter([1]);
  readonly trainables: readonly Trainable[];
  readonly #attention: AdaptableAttention;

  constructor(path: string, attention: AdaptableAttention, { length, width }: { length: number; width: number }) {
    this.prompt = new Parameter([1, length, width]);
    this.#attention = attention;
    this.trainables = [
      { name: `${ROOT}${path}.adaption_prompt`, parameter: this.prompt, decays: true },
      { name: `${ROOT}${path}.adaption_gate`, parameter: this.gate, decays: false },
    ];
    this.switch(true);
  }

  context(queries: Tensor, attention: AdaptableAttention): Tensor {
    const [tokens, heads, size] = queries.shape; // [N, H, d]
    const { k, v } = attention.keysAndValues(this.prompt.value(queries.dtype).squeeze(0)); // [n, K, d]
    const [length, keyHeads] = k.shape;
    const spread = (x: Tensor) =>
      x
        .unsqueeze(2)
        .expand(length, keyHeads, heads / keyHeads, size)
        .reshape(length, heads, size)
        .permute(1, 0, 2); // [H, n, d]
    const scores = queries.permute(1, 0, 2).matmul(spread(k).transpose(1, 2)).div(Math.sqrt(size)); // [H, N, n]
    const gathered = scores.to('f32').softmax(-1).to(queries.dtype).matmul(spread(v)); // [H, N, d]
    return gathered
      .mul(this.gate.value(queries.dtype))
      .permute(1, 0, 2)
      .reshape(tokens, heads * size);
  }

  switch(isActive: boolean): void {
    if (isActive) this.#attention.addAdapter(this);
    else this.#attention.removeAdapter(this);
  }

  merge(): never {
    throw new AttuneError('E_NOT_MERGEABLE', {
      what: 'Adaption prompts do not change the model’s weights, so they cannot be merged',
      fix: 'use the base model and the adapter together, or tune with lora',
    });
  }
  unmerge(): void {}

  dispose(): void {
    this.switch(false);
    this.prompt.dispose();
    this.gate.dispose();
  }
}

function build(model: Model, options: AdaptionPromptOptions, seed: number | undefined): Tuning {
  const layers = [...attentionLayers(model)];
  const count = Math.min(options.adapter_layers ?? layers.length, layers.length);
  const shape = { length: options.adapter_len, width: layers[0][1].width };
  const parts = noGrad(() =>
    scope(() =>
      layers.slice(-count).map(([path, attention]) => {
        const part = new AdaptionPrompt(path, attention, shape);
        begin(part.prompt, { model, seed }, (own) => keyedNormal(part.prompt.shape, { seed: own, path }, 1));
        begin(part.gate, { model, seed }, () => zeros([1]));
        return part;
      }),
    ),
  );
  const saved = saveModules(model, options.modules_to_save);
  const own = { adapter_layers: count, adapter_len: options.adapter_len, target_modules: lastName(layers[0][0]) };
  return new PeftAdapter(model, [...parts, ...saved], (about) =>
    adapterConfig(model, { ...about, peftType: 'ADAPTION_PROMPT', modulesToSave: options.modules_to_save }, own),
  );
}

export function create(model: Model, options: AdaptionPromptOptions, { seed, tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  return build(model, options, seed);
}

export function open(model: Model, options: AdaptionPromptOptions): Tuning {
  return build(model, options, undefined);
}
