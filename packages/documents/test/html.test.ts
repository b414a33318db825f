import { describe, expect, it } from 'vitest';
import { withEquations } from '../src/formats/office/equations.ts';
import { htmlSections } from '../src/text/html-sections.ts';

const textOf = async (html: string): Promise<string> =>
  (await htmlSections(html, { onlyMain: false })).sections.map(({ text }) => text).join('\n\n');

describe('HTML as Markdown', () => {
  it('has no backslashes that nobody wrote', async () => {
    const html = '<p>foo_bar *x* [a] C:\\Users\\x `b`</p><p>1. no list</p><p>- no list</p>';
    expect(await textOf(html)).toBe('foo_bar *x* [a] C:\\Users\\x `b`\n\n1. no list\n\n- no list');
    expect(await textOf('<p># no heading</p>')).toBe('\\# no heading');
  });

  it('keeps what is raised and lowered another number than what stands on the line', async () => {
    const html = '<p>10<sup>3</sup> H<sub>2</sub>O R<sub>max</sub> e<sup>x+1</sup> 1<sup>st</sup> A<sup>®</sup></p>';
    expect(await textOf(html)).toBe('10³ H₂O R_max e^(x+1) 1st A®');
  });

  it('marks notes, and leaves out what leads back from them', async () => {
    const notes = '<ol><li><p>The note. <a href="#r1">↑</a></p></li></ol>';
    const html = `<p>Text<sup><a href="#n1">1</a></sup> and<a href="#n1"><sup>2</sup></a></p>${notes}`;
    expect(await textOf(html)).toBe('Text[1] and[2]\n\n1. The note.');
  });

  it('sets lists as people write them', async () => {
    const html = '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start="3"><li>x</li><li>y</li></ol>';
    expect(await textOf(html)).toBe('- a\n  - b\n- c\n\n3. x\n4. y');
  });

  it('keeps the lines of code, whatever it is marked by', async () => {
    expect(await textOf('<pre>a_b<br>  c</pre>')).toBe('```\na_b\n  c\n```');
    const session = '<pre><code># </code><strong><code>apt install</code></strong>\ndone</pre>';
    expect(await textOf(session)).toBe('```\n# apt install\ndone\n```');
    expect(await textOf('<p><code>run <em>file</em></code></p>')).toBe('`run file`');
    expect(await textOf('<pre><code class="language-sh">a\n  b\n</code></pre>')).toBe('```sh\na\n  b\n```');
  });

  it('has terms and what a page folds up apart from what is said of them', async () => {
    const html = '<dl><dt>Is it loud?</dt><dd>No.</dd></dl><details><summary>Is it safe?</summary>Yes.</details>';
    expect(await textOf(html)).toBe('**Is it loud?**\n\nNo.\n\n**Is it safe?**\n\nYes.');
  });

  it('keeps captions, and puts a cell over several rows into each', async () => {
    const rows = '<tr><th>a</th><th>b</th></tr><tr><td rowspan="2">1</td><td>2</td></tr><tr><td>3</td></tr>';
    const html = `<table><caption>Limits</caption>${rows}</table>`;
    expect(await textOf(html)).toBe('Limits\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n| 1 | 3 |');
  });
});

describe('cells over several rows', () => {
  const head = '<tr><td>a</td><td>b</td><td>c</td></tr>';
  const tableOf = (rows: string) => textOf(`<table>${head}${rows}</table>`);

  it('end with their rows, also empty and short ones', async () => {
    const last = '<tr><td>5</td><td>6</td></tr>';
    const spanned = '<tr><td rowspan="2">1</td><td>2</td><td>3</td></tr><tr></tr>';
    expect(await tableOf(spanned + last)).toContain('| 1 | 2 | 3 |\n| 5 | 6 |  |');
    const right = '<tr><td>1</td><td>2</td><td rowspan="2">3</td></tr><tr><td>4</td></tr>';
    expect(await tableOf(right + last)).toContain('| 1 | 2 | 3 |\n| 4 |  | 3 |\n| 5 | 6 |  |');
  });

  it('do not let a small page grow without end', async () => {
    const text = 'word '.repeat(100);
    const rows = `<tr><td rowspan="1000" colspan="999">${text}</td></tr>${'<tr><td>x</td></tr>'.repeat(2000)}`;
    expect((await tableOf(rows)).length).toBeLessThan(3 * 2 ** 20);
  }, 5000);
});

describe('the main content of a page', () => {
  const words = `<p>${'This is a sentence of the page, with some words in it. '.repeat(8)}</p>`;
  const headingsOf = async (title: string, body: string): Promise<[number, string | undefined][]> => {
    const html = `<html><head><title>${title}</title></head><body><div>${body}</div></body></html>`;
    return (await htmlSections(html, { onlyMain: true })).sections.map(({ level, heading }) => [level, heading]);
  };

  it('has each heading once, below those that it belongs to', async () => {
    const body = `<h1>Safety</h1>${words}<h2>Limits</h2>${words}<h1>Care</h1>${words}`;
    const expected = [
      [2, 'Safety'],
      [3, 'Limits'],
      [2, 'Care'],
    ];
    expect(await headingsOf('Acme', body)).toEqual(expected);
    expect(await headingsOf('Safety', body)).toEqual([[1, 'Safety'], ...expected.slice(1)]);
  });
});

describe('a paragraph of a page', () => {
  it('stays whole around old inline elements', async () => {
    const rest = 'is a vast project, whose plans were made long before anybody thought of it. '.repeat(6);
    const html = `<html><head><title>x</title></head><body><div><div><acronym>APT</acronym> ${rest}</div></div></body></html>`;
    const [{ text }] = (await htmlSections(html, { onlyMain: true })).sections;
    expect(text).toMatch(/^APT is a vast project/);
  });
});

describe('equations of Word', () => {
  it('become a line of text', async () => {
    const run = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;
    const root = `<m:rad><m:radPr/><m:deg/><m:e><m:sSup><m:e>${run('b')}</m:e><m:sup>${run('2')}</m:sup></m:sSup></m:e></m:rad>`;
    const part = `<m:f><m:num>${run('x')}${run('&lt;y')}</m:num><m:den>${run('2')}</m:den></m:f>`;
    const xml = `<w:p><m:oMathPara><m:oMath>${run('c=')}${root}${part}</m:oMath></m:oMathPara></w:p>`;
    expect(await withEquations(xml)).toBe('<w:p><w:r><w:t xml:space="preserve">c=√(b²)(x&lt;y)/2</w:t></w:r></w:p>');
  });
});
