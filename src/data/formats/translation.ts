import type { Format } from './format.ts';
import { describeValue, isObject } from './row-reader.ts';

/** `{ source, target }`, or `{ translation: { en, de } }` from the first language to the second. */
export const translation: Format = {
  fields: ['translation', 'source', 'target'],
  recognise(sample) {
    if (sample.has('source', 'target')) return ['source', 'target'];
    return sample.has('translation') && sample.values('translation').every(isObject) ? ['translation'] : undefined;
  },
  read(row) {
    if (!row.has('translation')) {
      const [prompt, completion] = [row.text('source'), row.text('target')];
      return prompt === undefined || completion === undefined ? undefined : { kind: 'completion', prompt, completion };
    }
    const value = row.json('translation');
    if (!isObject(value) || Object.keys(value).length !== 2)
      return row.problem('translation', `must contain two texts by language, not ${describeValue(value)}`);
    const [prompt, completion] = Object.entries(value).map(([language, text]) => {
      const path = `translation.${language}`;
      const checked = row.checkText(path, text);
      return checked?.trim() === '' ? row.problem(path, 'is empty', 'fill it or delete the row') : checked;
    });
    return prompt === undefined || completion === undefined ? undefined : { kind: 'completion', prompt, completion };
  },
  readInput(row) {
    const value = row.json('translation');
    const [first] = isObject(value) ? Object.entries(value) : [];
    const prompt = first === undefined ? row.text('source') : row.checkText(`translation.${first[0]}`, first[1]);
    return prompt === undefined ? undefined : { kind: 'completion', prompt, completion: '' };
  },
};
