import { plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { ropeFactors } from '../../engine/nn/index.ts';
import { aten, fromArray, noGrad, scope, stack, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
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
import { completedConfig, familyOf, ggufFamilies, refusedFamilies } from './gguf-families.ts';
import { isQuantisation, quantisedType, type GgufQuantisation } from './gguf-quantisation.ts';
import { ggufSettings, settingProblems } from './gguf-settings.ts';
import { placesOf, type Place } from './tensor-names.ts';
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
  const known = knownFamily(model);
  const raw = known.read?.(model.config) ?? completedConfig(model);
  const family = familyOf(known, raw);
  const problems = [...settingProblems(raw, family, model.config), ...parameterProblems(model, family)];
  if (problems.length > 0)
    throw unsupported(`llama.cpp cannot run this ${model.architecture.modelType} model unchanged`, problems);
  const settings = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: family.architecture }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.file_type', { type: 'u32', value: FILE_TYPES[form] ?? 0 }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...ggufSettings(raw, family, model.config),
  ]);
  return {
    settings,
    tensors: [...ropeTensors(raw), ...addedTensors(raw, family, form), ...weightTensors(model, family, form)],
  };
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

function knownFamily(model: Model): GgufFamily {
  const { modelType } = model.architecture;
  if (model.task !== 'causal-lm') {
    throw unsupported(
      `${capitalised(withArticle(modelType))} model for ${model.task} cannot be written as GGUF`,
      [],
      'a model that generates text',
    );
  }
  if (Object.hasOwn(ggufFamilies, modelType)) return ggufFamilies[modelType];
  const reason = entryOf(refusedFamilies, modelType);
  throw unsupported(
    `${capitalised(withArticle(modelType))} model cannot be written as GGUF${reason === undefined ? '' : `: ${reason}`}`,
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
  const { architecture, reads = [] } = family;
  const placeOf = placesOf(family, completedConfig(model));
  const stored = storedTensors(model, family).flatMap(([path]) => {
    const place = placeOf(path);
    if (place !== undefined && (!place.isOptional || reads.some((end) => place.names[0].endsWith(end)))) return [];
    return [{ field: path, message: `llama.cpp's ${architecture} does not support it` }];
  });
  return [...stored, ...derivedProblems(model, family)];
}

/** The model's tensors without those that llama.cpp derives itself. */
function storedTensors(model: Model, { derived }: GgufFamily): [string, Tensor][] {
  return [...namedTensors(model)].filter(([path]) => derived?.test(path) !== true);
}

/** Buffers that differ from those that llama.cpp derives. */
function derivedProblems(model: Model, { derived, architecture }: GgufFamily): Problem[] {
  if (derived === undefined) return [];
  return [...model.modules()].flatMap(([modulePath, module]) =>
    [...module.ownParameters()].flatMap(([name, { tensor }]): Problem[] => {
      const field = `${modulePath}.${name}`;
      if (!derived.test(field)) return [];
      const { dtype, device } = tensor;
      const far = scope(() => tensor.sub(module.fixedValue(name, { dtype, device })!).pow(2).sum().item());
      return far < 1e-6 ? [] : [{ field, message: `llama.cpp's ${architecture} derives different values` }];
    }),
  );
}

/** A parameter's part of a tensor in the file. */
interface Part {
  name: string;
  place: Place;
  /** Index of the tensor among the place's names. */
  index: number;
  tensor: Tensor;
}

function weightTensors(model: Model, family: GgufFamily, form: GgufForm): Source[] {
  const raw = completedConfig(model);
  const placeOf = placesOf(family, raw);
  const parts = storedTensors(model, family).flatMap(([path, tensor]): Part[] => {
    const place = placeOf(path)!;
    return place.names.map((name, index) => ({ name, place, index, tensor }));
  });
  const byName = Map.groupBy(parts, ({ name }) => name);
  const context = { layers: decoderConfig(raw).num_hidden_layers, hasHead: byName.has('output.weight') };
  return [...byName].map(([name, own]) => {
    const [{ place, index, tensor }] = own;
    const single = place.layout.write(zeros(tensor.shape, { device: 'meta' }))[index].shape;
    const shape = place.expert === undefined ? single : [own.length, ...single];
    const dtype = isWide(name, shape)
      ? 'f32'
      : isQuantisation(form)
        ? quantisedType(form, { name, shape, ...context })
        : form;
    return { name, dtype, shape, make: () => joined(own, isBlockType(dtype) ? 'f32' : dtype) };
  });
}

/** llama.cpp keeps vectors, routers and some tensors of recurrent layers in f32. */
function isWide(name: string, { length }: readonly number[]): boolean {
  return length === 1 || /\.(ffn_gate_inp|ssm_(a|d|conv1d|norm)|shortconv\.conv)\b/.test(name);
}

function joined(parts: readonly Part[], dtype: DType): Tensor {
  const written = parts.map(({ place, index, tensor }) => place.layout.write(tensor.to(dtype))[index]);
  return parts[0].place.expert === undefined ? written[0].contiguous() : stack(written);
}

/** Scaling factor of each rotary frequency, for llama3 scaling. */
function ropeTensors(raw: RawConfig): Source[] {
  const config = decoderConfig(raw);
  const rope = ropeOptions(config, headShape(config).size);
  if (rope.scaling.rope_type !== 'llama3') return [];
  const factors = ropeFactors(rope);
  return [{ name: 'rope_freqs.weight', dtype: 'f32', shape: [factors.length], make: () => fromArray(factors) }];
}

/** Matrices have the requested type, or f32 if that is a quantisation. */
function addedTensors(raw: RawConfig, family: GgufFamily, form: GgufForm): Source[] {
  return (family.added?.(raw) ?? []).map(({ name, shape, values }) => {
    const dtype = shape.length === 1 || isQuantisation(form) ? 'f32' : form;
    return { name, dtype, shape, make: () => fromArray(values(), shape).to(dtype) };
  });
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
    fix: 'f16 only goes up to 65,504: use bf16 or f32 (--dtype f32); if those fail too, the model itself has NaN or infinite weights',
  });
}
