/** Postcodes that a word announces, or under whose name a table has a column. */
import { cellsUnder } from '../columns.ts';
import { labelRecogniser, type Recogniser } from '../recogniser.ts';

const LABELS = String.raw`zip(?:[ _-]?code)?|post(?:al)?[ _-]?code|pin ?code|plz|npa|postleitzahl|code[ _]?postal|c[oó]digo[ _]?postal|c\.?p\.?|cap|kod[ _]pocztowy|post(?:nummer|nr)|psč|cep|eircode|posta kodu`;
const VALUE = String.raw`\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{3} ?\d{2,3}|\d{5}-\d{3}|\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4}`;
const COLUMN = new RegExp(`^["']?(?:${LABELS}|zip|cp)["']?$`, 'iu');
const WHOLE = new RegExp(`^(?:${VALUE})$`, 'i');

const labelled = labelRecogniser({
  name: 'postcode-label',
  kind: 'postcode',
  labels: [`(?:${LABELS})["']?`],
  value: VALUE,
});

export const recogniser: Recogniser = {
  ...labelled,
  *find(text) {
    yield* labelled.find(text);
    for (const { start, end } of cellsUnder(text, COLUMN))
      if (WHOLE.test(text.slice(start, end))) yield { start, end, score: 0.85 };
  },
};
