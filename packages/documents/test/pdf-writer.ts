/** Writes PDF files for tests: texts at given positions, in Helvetica by default. */

export interface PdfText {
  x: number;
  /** From the page's top. */
  y: number;
  text: string;
  size?: number;
  font?: keyof typeof FONTS;
}

const FONTS = { Helvetica: 'F1', Courier: 'F2', 'Helvetica-Bold': 'F3' };
const [WIDTH, HEIGHT] = [612, 792];

/** `picture` fills the page with a grey square, as a scan would. */
export function makePdf(
  pages: readonly { texts: readonly PdfText[]; picture?: Buffer; pictureSize?: [number, number] }[],
): Buffer {
  const objects: (string | Buffer)[] = [];
  const kids = pages.map((_, index) => `${4 + index * 3} 0 R`).join(' ');
  objects.push('<< /Type /Catalog /Pages 2 0 R >>');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  const inline = (name: string): string =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  objects.push(inline('Helvetica'));
  for (const [index, { texts, picture, pictureSize = [1, 1] }] of pages.entries()) {
    const [content, image] = [5 + index * 3, 6 + index * 3];
    const shows = texts.map(
      ({ x, y, text, size = 10, font = 'Helvetica' }) =>
        `BT /${FONTS[font]} ${size} Tf 1 0 0 1 ${x} ${HEIGHT - y} Tm (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`,
    );
    if (picture !== undefined) shows.push(`q ${WIDTH} 0 0 ${HEIGHT} 0 0 cm /Im1 Do Q`);
    const stream = Buffer.from(shows.join('\n'), 'latin1');
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${content} 0 R /Resources ` +
        `<< /Font << /F1 3 0 R /F2 ${inline('Courier')} /F3 ${inline('Helvetica-Bold')} >> /XObject << /Im1 ` +
        `${image} 0 R >> >> >>`,
    );
    objects.push(
      Buffer.concat([Buffer.from(`<< /Length ${stream.length} >>\nstream\n`), stream, Buffer.from('\nendstream')]),
    );
    const pixels = picture ?? Buffer.from([128]);
    objects.push(
      Buffer.concat([
        Buffer.from(
          `<< /Type /XObject /Subtype /Image /Width ${pictureSize[0]} /Height ${pictureSize[1]} /ColorSpace ` +
            `/DeviceGray /BitsPerComponent 8 /Length ${pixels.length} >>\nstream\n`,
        ),
        pixels,
        Buffer.from('\nendstream'),
      ]),
    );
  }
  return assemble(objects);
}

function assemble(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let length = parts[0].length;
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object as string),
      Buffer.from('\nendobj\n'),
    ]);
    parts.push(part);
    length += part.length;
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** Lines below each other. */
export function linesAt(x: number, y: number, lines: readonly string[], size = 10): PdfText[] {
  return lines.map((text, index) => ({ x, y: y + index * size * 1.2, text, size }));
}
