import { plural } from '../../base/format.ts';
import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { ropeFactors } from '../../engine/nn/index.ts';
import { aten, fromArray, noGrad, scope, stack, type DType, type Tensor } from '../../engine/tensor/index.ts';
import {
  decodeBlocks,
  encodeBlocks,
  GgufFile,
  isBlockType,
  writeGguf,
  type GgufMetadata,
  type GgufTensor,
  type GgufValue,
} from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { ropeOptions } from '../decoder/rope-settings.ts';
import type { Model } from '../model.ts';
import { namedTensors } from '../save.ts';
import { ggufFamilies } from './gguf-families.ts';
import { isQuantisation, quantisedType, type GgufQuantisation } from './gguf-quantisation.ts';
import { ggufSettings, settingProblems } from './gguf-settings.ts';
import { expertOf, ggufName, headsOf, isNorm, toNeighbours } from './tensor-names.ts';
import type { GgufFamily } from './gguf-family.ts';

type Source = GgufTensor & { make: () => Tensor };

/** A GGUF file without its tokenizer. */
export interface GgufPlan {
  settings: GgufMetadata;
  tensors: readonly Source[];
}

/** A single type for all matrices, or one of llama.cpp's mixes. */
export type GgufForm = DType | GgufQuantisation;

/** llama.cpp's file type numbers. */
const FILE_TYPES: Partial<Record<GgufForm, number>> = { f32: 0, f16: 1, bf16: 32, q8_0: 7, q4_0: 2, q4_k_m: 15 };

/** Plans a model's GGUF file: matrices in the given type, vectors in f32. @throws E_GGUF_UNSUPPORTED */
export function planGguf(model: Model, form: GgufForm): GgufPlan {
  const family = familyOf(model);
  const raw = family.read?.(model.config) ?? model.architecture.completed?.(model.config) ?? model.config;
  const problems = [...settingProblems(raw, family), ...parameterProblems(model, family)];
  if (problems.length > 0)
    throw unsupported(`llama.cpp cannot run this ${model.architecture.modelType} model unchanged`, problems);
  const settings = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: family.architecture }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.file_type', { type: 'u32', value: FILE_TYPES[form] ?? 0 }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...ggufSettings(raw, family),
  ]);
  return { settings, tensors: [...ropeTensors(raw), ...weightTensors(model, family, form)] };
}

/** Writes the file, then reads it back and compares. @returns its size in bytes. @throws E_EXPORT_DIFFERS, E_WEIGHT_RANGE */
export function writeModelGguf(path: string, { settings, tensors }: GgufPlan, vocabulary: GgufMetadata): number {
  const metadata = new Map([...settings, ...vocabulary]);
  return noGrad(() => {
    const bytes = writeGguf(path, metadata, tensors);
    compare(path, metadata, tensors);
    return bytes;
  });
}

function familyOf(model: Model): GgufFamily {
  const { modelType } = model.architecture;
  if (model.task !== 'causal-lm') {
    throw unsupported(
      `${capitalised(withArticle(modelType))} model for ${model.task} cannot be written as GGUF`,
      [],
      'a model that generates text',
    );
  }
  if (Object.hasOwn(ggufFamilies, modelType)) return ggufFamilies[modelType];
  throw unsupported(
    `${capitalised(withArticle(modelType))} model cannot be written as GGUF`,
    [],
    Object.keys(ggufFamilies).join(', '),
  );
}

function unsupported(what: string, problems: Problem[], expected?: string): AttuneError {
  const fix = 'keep it in Hugging Face format: attune export --to merged';
  return new AttuneError('E_GGUF_UNSUPPORTED', { what, expected, problems, fix });
}

/** Parameters that llama.cpp does not read. */
function parameterProblems(model: Model, family: GgufFamily): Problem[] {
  const { architecture, reads } = family;
  return [...namedTensors(model)].flatMap(([path]) => {
    const name = ggufName(path, family);
    const optional = name !== undefined && /\.bias$|_[qk]_norm\.weight$/.test(name);
    if (name !== undefined && (!optional || reads.some((end) => name.endsWith(`.${end}`)))) return [];
    return [{ field: path, message: `llama.cpp's ${architecture} does not support it` }];
  });
}

function weightTensors(model: Model, family: GgufFamily, form: GgufForm): Source[] {
  const config = decoderConfig(model.architecture.completed?.(model.config) ?? model.config);
  const tensors = [...namedTensors(model)];
  const names = new Set(tensors.map(([path]) => ggufName(path, family)!));
  const typeOf = (name: string, shape: readonly number[]) => {
    // Routers stay wide, as llama.cpp keeps them.
    if (shape.length === 1 || name.includes('.ffn_gate_inp')) return 'f32';
    const place = { name, shape, layers: config.num_hidden_layers, hasHead: names.has('output.weight') };
    return isQuantisation(form) ? quantisedType(form, place) : form;
  };
  return [...Map.groupBy(tensors, ([path]) => ggufName(path, family)!)].map(([name, parts]) => {
    const [[path, tensor]] = parts;
    const isStacked = expertOf(path) !== undefined;
    const shape = isStacked ? [parts.length, ...tensor.shape] : tensor.shape;
    const dtype = typeOf(name, shape);
    const type = isBlockType(dtype) ? 'f32' : dtype;
    const heads = family.rotatesNeighbours ? headsOf(path, config) : undefined;
    const isShifted = family.normsFromZero === true && isNorm(name);
    const make = () => {
      if (isStacked) return stack(parts.map(([, expert]) => expert)).to(type);
      if (isShifted) return tensor.to(type).add(1);
      return (heads === undefined ? tensor : toNeighbours(tensor, heads)).to(type);
    };
    return { name, dtype, shape, make };
  });
}

/** Scaling factor of each rotary frequency, for llama3 scaling. */
function ropeTensors(raw: RawConfig): Source[] {
  const config = decoderConfig(raw);
  const rope = ropeOptions(config, headShape(config).size);
  if (rope.scaling.rope_type !== 'llama3') return [];
  const factors = ropeFactors(rope);
  return [{ name: 'rope_freqs.weight', dtype: 'f32', shape: [factors.length], make: () => fromArray(factors) }];
}

/** Compares the file read back with what was to be written, bit for bit, and rejects NaN and infinity. */
function compare(path: string, metadata: GgufMetadata, tensors: readonly Source[]): void {
  using file = new GgufFile(path);
  const differ: Problem[] = [];
  const infinite: Problem[] = [];
  for (const [key, value] of metadata) {
    const read = file.header.metadata.get(key);
    if (JSON.stringify(read) !== JSON.stringify(value)) differ.push({ field: key, message: 'reads back differently' });
  }
  for (const { name, dtype, shape, make } of tensors) {
    scope(() => {
      const read = file.get(name);
      const wanted = () => (isBlockType(dtype) ? decodeBlocks(dtype, encodeBlocks(dtype, make()), shape) : make());
      if (aten.all.default(aten.isfinite.default(read)).item() === 0)
        infinite.push({ field: name, message: read.dtype });
      else if (!aten.equal.default(read, wanted())) differ.push({ field: name, message: 'reads back differently' });
    });
  }
  if (infinite.length > 0) throw outOfRange(infinite);
  if (differ.length > 0)
    throw new AttuneError('E_EXPORT_DIFFERS', {
      what: `${path} does not contain what was written`,
      problems: differ,
      fix: 'export again; if that fails too, try another disk',
    });
}

function outOfRange(problems: Problem[]): AttuneError {
  return new AttuneError('E_WEIGHT_RANGE', {
    what: `The file's type cannot hold the values of ${plural(problems.length, 'tensors')}`,
    problems,
    fix: 'f16 ends at 65,504: use bf16 or f32 (--dtype f32); if those fail too, the model itself has NaN or infinite weights',
  });
}
