import { expect, it } from 'vitest';
import { csvLine } from '../../../src/files/csv-line.ts';

it('a text that a spreadsheet would compute has an apostrophe before it, a number has none', () => {
  const formulas = ['=1+1', '+a', '- one', '@sum', '＝1'];
  expect(csvLine(formulas)).toBe("'=1+1,'+a,'- one,'@sum,'＝1\n");
  expect(csvLine(['-1.5', '+3', -2, '1e-3', "it's", 'a=b'])).toBe("-1.5,+3,-2,1e-3,it's,a=b\n");
  expect(csvLine(['\t=x', '-'], '\t')).toBe('"\'\t=x"\t\'-\n');
});
