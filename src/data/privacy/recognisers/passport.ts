/** Passport numbers: their shapes are too common to be believed without the word. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'passport',
  kind: 'passport',
  labels: [
    'passport',
    'reisepass(?:nummer)?',
    'pass-?nr',
    'passnummer',
    'passeport',
    'pasaporte',
    'passaporto',
    'paspoort(?:nummer)?',
    'paszport(?:u)?',
    'pass',
    'passaporte',
  ],
  value: String.raw`(?=[A-Z]{0,3}[ ]?\d)[A-Z0-9]{1,3}[ ]?[A-Z0-9]{5,9}`,
});
