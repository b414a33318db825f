import { describe, expect, it } from 'vitest';
import { rtfMarkdown } from '../../../src/documents/formats/office/rtf-text.ts';

describe('Rich Text Format', () => {
  it('ends a paragraph with a backslash at the end of a line, as TextEdit writes it', async () => {
    const lines = ['\n', '\r\n', '\r'].map((end) => rtfMarkdown(`{\\rtf1 Hello World\\${end}Second line}`));
    for (const { text } of await Promise.all(lines)) expect(text).toBe('Hello World\n\nSecond line');
  });

  it('has no letters of a picture, nor of a mark without its number', async () => {
    expect((await rtfMarkdown('{\\rtf1 a\\bin4 {}}{b\\u ?c}')).text).toBe('ab?c');
  });
});
