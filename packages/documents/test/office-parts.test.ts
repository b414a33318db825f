import { describe, expect, it } from 'vitest';
import { plainOf } from '../src/formats/chats/chat.ts';
import { withEquations } from '../src/formats/office/equations.ts';
import { openDocumentHtml } from '../src/formats/office/open-document-html.ts';
import { openSheetRows } from '../src/formats/office/open-sheet.ts';
import { rtfMarkdown } from '../src/formats/office/rtf-text.ts';
import { NoteBook } from '../src/outcome.ts';
import { parseXml } from '../src/text/xml.ts';

describe('Rich Text Format', () => {
  it('ends a paragraph with a backslash at the end of a line, as TextEdit writes it', async () => {
    const lines = ['\n', '\r\n', '\r'].map((end) => rtfMarkdown(`{\\rtf1 Hello World\\${end}Second line}`));
    for (const { text } of await Promise.all(lines)) expect(text).toBe('Hello World\n\nSecond line');
  });

  it('has no letters of a picture, nor of a mark without its number', async () => {
    expect((await rtfMarkdown('{\\rtf1 a\\bin4 {}}{b\\u ?c}')).text).toBe('ab?c');
  });
});

describe('a sheet of OpenDocument', () => {
  const cell = (inner: string, attributes = '') => `<table:table-cell ${attributes}>${inner}</table:table-cell>`;
  const rowsOf = async (cells: string, attributes = '') => {
    const sheet = await parseXml(
      `<table:table><table:table-row ${attributes}>${cells}</table:table-row></table:table>`,
    );
    const notes = new NoteBook();
    return { rows: [...openSheetRows(sheet!, notes)], notes: notes.notes };
  };

  it('has what stands in its cells, with spaces and lines, and no remarks upon them', async () => {
    const remark = '<office:annotation><text:p>check</text:p></office:annotation>';
    const text = '<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d</text:p><text:p>e</text:p>';
    const price = cell('<text:p>n/a</text:p>', 'office:value-type="float"');
    const { rows } = await rowsOf(cell(remark + text) + cell(remark) + price);
    expect(rows).toEqual([{ number: 1, cells: ['a  b\tc\nd\ne', '', 'n/a'] }]);
  });

  it('tells how many rows that repeat were left out', async () => {
    const { rows, notes } = await rowsOf(cell('<text:p>a</text:p>'), 'table:number-rows-repeated="1500"');
    expect(rows).toHaveLength(1000);
    expect(notes).toMatchObject([{ count: 500, first: ['row 1001'] }]);
  });

  it('takes a number of spaces that is none as none', async () => {
    const text = await parseXml('<office:text><text:p>a<text:s text:c="-1"/>b</text:p></office:text>');
    expect(openDocumentHtml(text!)).toBe('<p>ab</p>');
  });
});

describe('marks without an end', () => {
  it('cost no more time than their length', async () => {
    for (const mark of ['<m:oMath ', '<m:oMath>', '<m:oMathParaPr ', '<m:oMathParaPr>', '<m:oMathPara ']) {
      const xml = mark.repeat(60_000);
      expect((await withEquations(xml)).length).toBeLessThanOrEqual(xml.length);
    }
    for (const text of ['<a'.repeat(150_000), `<p>${'<br'.repeat(100_000)}`, `${'<br'.repeat(100_000)}<li>`])
      expect(plainOf(text).length).toBeLessThanOrEqual(text.length);
  }, 3000);

  it('leave equations as they are', async () => {
    const equation =
      '<m:oMathPara><m:oMathParaPr><m:jc m:val="left"/></m:oMathParaPr><m:oMath><m:t>x</m:t></m:oMath></m:oMathPara>';
    expect(await withEquations(`<w:p>${equation}<m:oMath/></w:p>`)).toBe(
      '<w:p><w:r><w:t xml:space="preserve">x</w:t></w:r><w:r><w:t xml:space="preserve"></w:t></w:r></w:p>',
    );
  });
});
