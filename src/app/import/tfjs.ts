import { table } from '../../base/table.ts';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { Weight } from './importer.ts';

/** The parts of TensorFlow.js's model.json that describe weights. */
interface TfjsModel {
  weightsManifest: { paths: string[]; weights: TfjsWeight[] }[];
}

interface TfjsWeight {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: 'uint8' | 'uint16'; scale: number; min: number };
}

/** Bytes per number by its type in the file. */
const sizes: Readonly<Record<string, number>> = table({ float32: 4, int32: 4, uint16: 2, uint8: 1, bool: 1 });

/**
 * The float32 weights of a TensorFlow.js model by name; quantised ones are dequantised. Constants of the graph
 * (shapes, axes) are skipped.
 * @param folder path of model.json's folder inside the package
 * @throws AttuneError E_IMPORT_UNREADABLE
 */
export function readTfjsWeights(read: (path: string) => Buffer, folder: string): Map<string, Weight> {
  const { weightsManifest } = parseJson(read(`${folder}/model.json`).toString('utf8')) as TfjsModel;
  const weights = new Map<string, Weight>();
  for (const { paths, weights: listed } of weightsManifest) {
    const data = Buffer.concat(paths.map((path) => read(`${folder}/${path}`)));
    let offset = 0;
    for (const weight of listed) {
      const count = weight.shape.reduce((product, size) => product * size, 1);
      const stored = weight.quantization?.dtype ?? weight.dtype;
      const bytes = count * (sizes[stored] ?? Number.NaN);
      if (!(offset + bytes <= data.length)) throw unreadable(folder, weight, data.length);
      if (weight.dtype === 'float32') {
        const values = readNumbers(data.subarray(offset, offset + bytes), stored, weight.quantization);
        weights.set(weight.name, { shape: weight.shape, values });
      }
      offset += bytes;
    }
  }
  return weights;
}

function readNumbers(data: Buffer, stored: string, quantization: TfjsWeight['quantization']): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = data.byteLength / sizes[stored];
  if (quantization === undefined) return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  const { scale, min } = quantization;
  const at = stored === 'uint8' ? (i: number) => view.getUint8(i) : (i: number) => view.getUint16(2 * i, true);
  return Float32Array.from({ length: count }, (_, i) => at(i) * scale + min);
}

function unreadable(folder: string, { name, dtype, shape }: TfjsWeight, bytes: number): AttuneError {
  return new AttuneError('E_IMPORT_UNREADABLE', {
    what: `The weights next to ${folder}/model.json do not match it`,
    got: `${name} of type ${dtype} and shape [${shape.join(', ')}] in ${bytes} bytes`,
    expected: 'float32, int32, bool or quantised numbers, all of them in the files',
    fix: 'the package is damaged: fetch it again',
  });
}

/** Transposes a matrix [a, b] to [b, a]: TensorFlow stores weights by input, torch by output. */
export function transposed({ shape, values }: Weight): Weight {
  const [rows, columns] = shape;
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
  return { shape: [columns, rows], values: turned };
}
