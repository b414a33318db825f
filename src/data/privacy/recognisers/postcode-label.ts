/** Postcodes that a word announces. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'postcode-label',
  kind: 'postcode',
  labels: [
    'zip(?:[ -]?code)?',
    'post(?:al)?[ -]?code',
    'pin ?code',
    'plz',
    'postleitzahl',
    'code postal',
    'código postal',
    'c\\.?p\\.',
    'cap',
    'kod pocztowy',
    'postnummer',
    'cep',
    'eircode',
  ],
  value: String.raw`\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3} ?\d{2,3}|\d{5}-\d{3}|\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4}`,
});
