import { blockTypes, type BlockTypeName, type GgufType } from '../../engine/tensor/gguf/index.ts';

/** llama.cpp's quantisation mixes, by its names. */
const ggufQuantisations = ['q8_0', 'q4_0', 'q4_k_m'] as const;

export type GgufQuantisation = (typeof ggufQuantisations)[number];

export function isQuantisation(form: string): form is GgufQuantisation {
  return ggufQuantisations.some((name) => name === form);
}

interface Place {
  name: string;
  shape: readonly number[];
  layers: number;
  /** Without a head, the token table serves as one. */
  hasHead: boolean;
}

/** Type that llama.cpp chooses for a matrix, or a wider one if its rows do not fill whole blocks. */
export function quantisedType(form: GgufQuantisation, place: Place): GgufType {
  const wanted = wantedType(form, place);
  const isWhole = (type: BlockTypeName) => place.shape.at(-1)! % blockTypes[type].values === 0;
  if (isWhole(wanted)) return wanted;
  return isWhole('q8_0') ? 'q8_0' : 'f16';
}

function wantedType(form: GgufQuantisation, { name, layers, hasHead }: Place): BlockTypeName {
  if (form === 'q8_0') return 'q8_0';
  // The output matrix.
  if (name === 'output.weight' || (name === 'token_embd.weight' && !hasHead)) return 'q6_k';
  if (form === 'q4_0') return 'q4_0';
  const layer = /^blk\.(\d+)\.(?:attn_v|ffn_down)\.weight$/.exec(name)?.[1];
  return layer !== undefined && isSensitive(Number(layer), layers) ? 'q6_k' : 'q4_k';
}

/** The first and last eighth of the layers, and every third in between. */
function isSensitive(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}
