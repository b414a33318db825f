/** Normalises text: Unicode form, control characters, white space, and wrongly decoded text. */
import { z } from 'zod';
import { mapTexts } from '../row-texts.ts';
import { repairMojibake } from '../mojibake.ts';
import { defineStep, eachItem } from '../preparation-step.ts';

const options = z.strictObject({
  form: z.enum(['NFC', 'NFKC']).default('NFC').describe('Unicode form; NFKC also turns ﬁ into fi and ² into 2'),
  mojibake: z.boolean().default(true).describe('repair UTF-8 that was decoded as Windows-1252, if unambiguous'),
  whitespace: z.boolean().default(true).describe('plain spaces and line ends, at most one empty line in a row'),
});

type Options = z.output<typeof options>;

// Keeps tab, line feed and carriage return, and joiners, which some scripts need.
// oxlint-disable-next-line no-control-regex -- matching them is the purpose
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2060\ufeff\ufffe\uffff]/g;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

export const step = defineStep<Options>({
  summary: 'normalise text: Unicode form, control characters, white space, wrong encodings',
  takes: ['row'],
  version: 1,
  perItem: true,
  options,
  open(given) {
    const passes = passesOf(given);
    return eachItem((item, notes) => {
      if (item.kind !== 'row') return [];
      let row = item;
      for (const [name, change] of passes) {
        const changed = mapTexts(row, change);
        if (changed !== row) notes.find(item, name);
        row = changed;
      }
      return [row];
    });
  },
});

/** Repairs encodings first: the second bytes of mojibake look like control characters. */
function passesOf({ form, mojibake, whitespace }: Options): [string, (text: string) => string][] {
  return [
    ...(mojibake ? [['mojibake repaired', repairMojibake] as [string, (text: string) => string]] : []),
    [`Unicode form ${form}`, (text) => text.normalize(form)],
    ['control characters removed', (text) => text.toWellFormed().replaceAll(CONTROL, '')],
    ...(whitespace ? [['white space', plainSpaces] as [string, (text: string) => string]] : []),
  ];
}

function plainSpaces(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(SPACES, ' ')
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/^\n+|\s+$/g, '');
}
