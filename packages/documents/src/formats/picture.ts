import { readFile } from 'node:fs/promises';
import { Unreadable } from '../outcome.ts';
import { refuseLarge } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { recogniseImages } from './ocr/recognise.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  if (!context.choices.ocr) throw new Unreadable('no-text', 'a picture: --ocr recognises its text');
  refuseLarge(input, context);
  const text = await recogniseImages([{ data: await readFile(input.path) }], context);
  if (text !== '') yield { kind: 'text', sections: [{ level: 0, text, page: 1 }] };
}

const SIGNATURES = ['89504e470d0a1a0a', 'ffd8ff', '47494638', '49492a00', '4d4d002a'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Pictures and scans, read by OCR. */
export const picture: Reader = {
  endings: ['png', 'jpg', 'jpeg', 'gif', 'tif', 'tiff', 'webp'],
  isBinary: true,
  recognise: (head) =>
    SIGNATURES.some((signature) => head.subarray(0, signature.length).equals(signature)) ||
    (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP'),
  read,
};
