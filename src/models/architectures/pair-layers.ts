// N tokens, M memory tokens, D width, H heads, d head size
import { activations, Dropout, LayerNorm, Linear, Module, Sublayer, type Activation } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { attendMemory } from '../memory.ts';
import { attendSelf } from './self-attention.ts';
import { Block, type Pass } from '../stack.ts';

/** Encoder and decoder layers of BART and its descendants. */

/** torch's default, not configurable. */
export const NORM_EPSILON = 1e-5;

/** Settings of an encoder or decoder layer. */
export interface LayerShape {
  config: LayerConfig;
  /** `encoder.layers.0` */
  path: string;
  index: number;
  heads: number;
  inner: number;
  /** Norms before each sublayer (pre-norm), or after each residual sum (post-norm). */
  norms: 'before' | 'after';
  /** Whether keys have a bias; Whisper's do not. */
  keyBias: boolean;
}

interface LayerConfig {
  d_model: number;
  activation_function: string;
  dropout: number;
  attention_dropout: number;
  activation_dropout: number;
}

class Attention extends Module {
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_proj: Linear;
  readonly out_proj: Linear;
  readonly #shape: LayerShape;
  readonly #dropout: Dropout;

  constructor(shape: LayerShape, name: string) {
    super();
    const { d_model: width, attention_dropout: probability } = shape.config;
    this.k_proj = new Linear(width, width, { bias: shape.keyBias });
    this.v_proj = new Linear(width, width, { bias: true });
    this.q_proj = new Linear(width, width, { bias: true });
    this.out_proj = new Linear(width, width, { bias: true });
    this.#shape = shape;
    this.#dropout = new Dropout(probability, `${shape.path}.${name}`);
  }

  #byHead(layer: Linear, x: Tensor): Tensor {
    return layer.forward(x).reshape(x.shape[0], this.#shape.heads, -1); // [N, H, d]
  }

  /** Self-attention; causal in a decoder. */
  toSelf(x: Tensor, pass: Pass, causal: boolean): Tensor {
    const [q, k, v] = [this.q_proj, this.k_proj, this.v_proj].map((layer) => this.#byHead(layer, x));
    const options = { causal, dropout: this.#dropout };
    return this.out_proj.forward(attendSelf(pass, this.#shape.index, { q, k, v }, options));
  }

  /** Cross-attention to the encoder's output. */
  toMemory(x: Tensor, pass: Pass): Tensor {
    const project = (hidden: Tensor) => ({
      k: this.#byHead(this.k_proj, hidden), // [M, H, d]
      v: this.#byHead(this.v_proj, hidden),
    });
    const q = this.#byHead(this.q_proj, x);
    return this.out_proj.forward(attendMemory(pass, this.#shape.index, { q, project }, { dropout: this.#dropout }));
  }
}

/** Shared by encoder and decoder layers: self-attention and feed-forward, each with a norm. */
abstract class Layer extends Block {
  readonly self_attn: Attention;
  readonly self_attn_layer_norm: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly final_layer_norm: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #norms: LayerShape['norms'];
  readonly #activation: Activation;
  readonly #activationDropout: Dropout;
  readonly #dropouts: Readonly<Record<'self_attn' | 'fc2', Dropout>>;

  constructor(shape: LayerShape) {
    super();
    const { config, path } = shape;
    this.#norms = shape.norms;
    this.self_attn = new Attention(shape, 'self_attn');
    this.self_attn_layer_norm = new LayerNorm(config.d_model, NORM_EPSILON);
    this.fc1 = new Linear(config.d_model, shape.inner, { bias: true });
    this.fc2 = new Linear(shape.inner, config.d_model, { bias: true });
    this.final_layer_norm = new LayerNorm(config.d_model, NORM_EPSILON);
    this.attention_sublayer = new Sublayer('attention', config.d_model);
    this.mlp_sublayer = new Sublayer('mlp', config.d_model);
    this.#activation = activations[config.activation_function];
    this.#activationDropout = new Dropout(config.activation_dropout, `${path}.fc1`);
    this.#dropouts = {
      self_attn: new Dropout(config.dropout, `${path}.self_attn.output`),
      fc2: new Dropout(config.dropout, `${path}.fc2`),
    };
  }

  /** Adds a sublayer's output to x, with the norm before or after. */
  protected around(x: Tensor, norm: LayerNorm, sublayer: (read: Tensor) => Tensor): Tensor {
    return this.#norms === 'before' ? x.add(sublayer(norm.forward(x))) : norm.forward(x.add(sublayer(x)));
  }

  protected attendSelf(x: Tensor, pass: Pass, causal: boolean): Tensor {
    return this.around(x, this.self_attn_layer_norm, (read) => {
      const result = this.#dropouts.self_attn.forward(this.self_attn.toSelf(read, pass, causal));
      return this.attention_sublayer.change(read, result);
    });
  }

  protected feedForward(x: Tensor): Tensor {
    return this.around(x, this.final_layer_norm, (read) => {
      const inner = this.#activationDropout.forward(this.#activation(this.fc1.forward(read)));
      return this.mlp_sublayer.change(read, this.#dropouts.fc2.forward(this.fc2.forward(inner)));
    });
  }
}

export class EncoderLayer extends Layer {
  override forward(x: Tensor, pass: Pass): Tensor {
    return this.feedForward(this.attendSelf(x, pass, false));
  }
}

export class DecoderLayer extends Layer {
  readonly encoder_attn: Attention;
  readonly encoder_attn_layer_norm: LayerNorm;
  readonly cross_attention_sublayer: Sublayer;
  readonly #dropout: Dropout;

  constructor(shape: LayerShape) {
    super(shape);
    this.encoder_attn = new Attention(shape, 'encoder_attn');
    this.encoder_attn_layer_norm = new LayerNorm(shape.config.d_model, NORM_EPSILON);
    this.cross_attention_sublayer = new Sublayer('cross_attention', shape.config.d_model);
    this.#dropout = new Dropout(shape.config.dropout, `${shape.path}.encoder_attn.output`);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const own = this.attendSelf(x, pass, true);
    const informed = this.around(own, this.encoder_attn_layer_norm, (read) => {
      const result = this.#dropout.forward(this.encoder_attn.toMemory(read, pass));
      return this.cross_attention_sublayer.change(read, result);
    });
    return this.feedForward(informed);
  }
}
