import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  type Document,
  type PackageFile,
  renderBlocks,
} from '../../../makers/pretrain-base/corpus/document.ts';
import { extractDevil, extractFoldoc, extractGcide } from '../../../makers/pretrain-base/corpus/extract/dictd.ts';
import { extractFactbook } from '../../../makers/pretrain-base/corpus/extract/factbook.ts';
import { extractHtml } from '../../../makers/pretrain-base/corpus/extract/html.ts';
import { extractors } from '../../../makers/pretrain-base/corpus/extract/index.ts';
import { extractMallard } from '../../../makers/pretrain-base/corpus/extract/mallard.ts';
import { extractMan, unescapeRoff } from '../../../makers/pretrain-base/corpus/extract/man.ts';
import { extractFortunes, paragraphsOf } from '../../../makers/pretrain-base/corpus/extract/plain-text.ts';
import { extractPod, podText } from '../../../makers/pretrain-base/corpus/extract/pod.ts';
import { extractRBooks } from '../../../makers/pretrain-base/corpus/extract/r-data.ts';
import { extractSword } from '../../../makers/pretrain-base/corpus/extract/sword.ts';
import { extractWml } from '../../../makers/pretrain-base/corpus/extract/wml.ts';
import { extractWordnet } from '../../../makers/pretrain-base/corpus/extract/wordnet.ts';

function file(path: string, content: string | Buffer): PackageFile {
  return { path, read: () => Buffer.from(content as string) };
}

function lines(blocks: readonly Block[]): string[] {
  return blocks.map((block) => `${block.kind}: ${block.text}`);
}

function allLines(documents: Iterable<Document>): string[] {
  return [...documents].flatMap((document) => lines(document.blocks));
}

describe('HTML', () => {
  test('keeps headings, paragraphs, items and code in their order and leaves navigation, scripts and tables of contents out', () => {
    const html = `<html><head><title>No</title><style>p { }</style></head><body>
      <div class="navheader"><a href="x">Prev</a></div><ul class="toc"><li>Contents</li></ul>
      <h1>Working <em>sets</em><a class="headerlink" href="#x">¶</a></h1>
      <p>One &amp; two&#8217;s
        lines.</p><script>if (a < b) { document.write("<p>no</p>") }</script>
      <ul><li><p>First item</p></li><li>Second item</li></ul>
      <pre>a =  1
b</pre><p>Last.</p><div id="footer">Copyright</div></body></html>`;
    expect(lines(extractHtml(html))).toEqual([
      'heading: Working sets',
      'text: One & two’s lines.',
      'item: First item',
      'item: Second item',
      'code: a =  1\nb',
      'text: Last.',
    ]);
  });

  test('reads only the main part where the page marks one', () => {
    const html = '<body><p>Before</p><div role="main"><div><p>Inside</p></div></div><p>After</p></body>';
    expect(lines(extractHtml(html))).toEqual(['text: Inside']);
  });

  test('puts a term before its definition', () => {
    const html = '<dl><dt>abs(x)</dt><dt>fabs(x)</dt><dd><p>Gives the size.</p><p>Never negative.</p></dd></dl>';
    expect(lines(extractHtml(html))).toEqual(['text: abs(x), fabs(x): Gives the size.', 'text: Never negative.']);
  });

  test('survives a bracket in an attribute, an unclosed paragraph that is left out, and a text that ends inside a tag', () => {
    const html = '<p title="a > b">One</p><p class="nav">Menu<p>Two</p>1 < 2 <p>Three<a href="';
    expect(lines(extractHtml(html))).toEqual(['text: One', 'text: Two', 'text: 1 < 2', 'text: Three']);
  });
});

describe('man pages and POD', () => {
  test('man macros become headings, paragraphs, tagged items and code', () => {
    const source = `.TH X 1
.\\" A comment
.SH SYNOPSIS
.B x
.SH DESCRIPTION
The
.BR x (1)
command is \\fIfast\\fP \\(em really.
.TP
.BR \\-v ", " \\-\\-verbose
Say more.
.PP
.EX
x \\-v
.EE
`;
    expect(lines(extractMan(source))).toEqual([
      'heading: DESCRIPTION',
      'text: The x(1) command is fast — really.',
      'item: -v, --verbose: Say more.',
      'code: x -v',
    ]);
    expect(extractMan('.Dd May 1\n.Dt X 1\n.Sh NAME\n')).toEqual([]);
    expect(unescapeRoff('a\\ b\\&c \\[u00E9] \\(aqd\\(aq\\e')).toBe("a b c é 'd'\\".replace('b c', 'bc'));
  });

  test('POD formatting codes are resolved, also nested, and hidden parts are left out', () => {
    expect(podText('Use B<the C<< $x->y >> form>, L<perlre|perlre/X> or E<lt>S<no break>E<gt>X<index>.')).toBe(
      'Use the $x->y form, perlre or <no break>.',
    );
    const source =
      'code\n\n=head1 NAME\n\nText\nhere.\n\n=over\n\n=item * One\n\nBody.\n\n=back\n\n=begin html\n\n<p>\n\n=end html\n\n=cut\n\nmore code\n';
    expect(lines(extractPod(source))).toEqual(['heading: NAME', 'text: Text here.', 'item: One: Body.']);
  });
});

describe('dictionaries', () => {
  test('entries are found through the index, synonyms once, without pronunciation and etymology', () => {
    const entry = 'Zeal \\Zeal\\, n. [F. z[`e]le; from {zelus}.]\n   1. Ardor. [1913 Webster]\n\n   2. A {zealot}.\n';
    const files = [
      file(
        'd/gcide.index',
        `00-database-info\tA\tB\nzeal\tA\t${base64(entry.length)}\nardor\tA\t${base64(entry.length)}\n`,
      ),
      file('d/gcide.dict.dz', entry),
    ];
    expect(allLines(extractGcide(files))).toEqual(['text: Zeal, n. 1. Ardor.', 'text: 2. A zealot.']);
  });

  test('head words of FOLDOC are synonyms, those of the Devil run on', () => {
    const foldoc = 'path name\npathname\n\n   <file system> A name of a\n   {file}.\n\n   (1996-11-21)\n';
    const devil = 'BORE, n.  A person who talks when you wish\nhim to listen.\n';
    const files = (name: string, text: string): PackageFile[] => [
      file(`${name}.index`, `x\tA\t${base64(text.length)}\n`),
      file(`${name}.dict.dz`, text),
    ];
    expect(allLines(extractFoldoc(files('foldoc', foldoc)))).toEqual([
      'text: path name, pathname: (file system) A name of a file.',
    ]);
    expect(allLines(extractDevil(files('devil', `${devil}   -- Verse\n`)))).toEqual([
      'text: BORE, n. A person who talks when you wish him to listen. -- Verse',
    ]);
  });

  test('a WordNet line becomes words, part of speech, meaning and examples', () => {
    const data =
      '  1 This is the licence\n00001740 03 n 02 living_thing 0 being 1 001 @ 00001930 n 0000 | a thing that lives; "every being counts"; "all of it"\n';
    expect(allLines(extractWordnet([file('data.noun', data)]))).toEqual([
      'text: living thing, being (noun): a thing that lives. "every being counts" "all of it"',
    ]);
  });
});

describe('books, stories and profiles', () => {
  test('a SWORD module gives its chapters without notes and word marks', () => {
    const osis =
      '<milestone n="Ruth" type="x-usfm-toc2"/><title>Ruth</title><chapter n="1" osisID="Ruth.1" ' +
      'sID="Ruth.1"/><div sID="g1" type="x-p"/><w lemma="x">In</w> the days<note>no</note>.<chapter ' +
      'eID="Ruth.1"/><chapter n="2" sID="Ruth.2"/>Naomi had a kinsman.';
    const block = deflateSync(osis);
    const table = Buffer.alloc(12);
    table.writeUInt32LE(block.length, 4);
    const documents = [...extractSword([file('m/ot.bzs', table), file('m/ot.bzz', block)])];
    expect(documents.map((document) => renderBlocks(document.blocks))).toEqual([
      '# Ruth 1\n\nIn the days.',
      '# Ruth 2\n\nNaomi had a kinsman.',
    ]);
  });

  test('lines of a book are read from the serialised vectors of an R package', () => {
    const wanted = ['CHAPTER I', '', ...Array.from({ length: 120 }, (_, i) => `Line ${i}.`)];
    const data = Buffer.concat([rRecord(['only', 'two']), rRecord(wanted)]);
    const documents = [...extractRBooks([file('Rdata.rdb', data)])];
    expect(documents).toHaveLength(1);
    expect(documents[0].blocks[0]).toEqual({ kind: 'heading', text: 'CHAPTER I' });
    expect(documents[0].blocks[1].text).toBe(wanted.slice(2).join(' '));
  });

  test('a campaign tells its story with the speakers named', () => {
    const wml = `[scenario]
    name= _ "The Long Road"
    # message= _ "a comment that nobody ever sees"
    [message]
        speaker=Konrad
        message= _ "We ride at dawn, said ""he"", and not before."
    [/message]
    [message]
        speaker=narrator
        message= _ "The night was cold and very long."
    [/message]
    user_team_name= _ "A label that is not a story at all"`;
    expect(allLines(extractWml([file('a.cfg', wml)]))).toEqual([
      'heading: The Long Road',
      'text: Konrad: We ride at dawn, said "he", and not before.',
      'text: The night was cold and very long.',
    ]);
  });

  test('help pages, country profiles, fortunes and plain text become blocks', () => {
    const page =
      '<page><info><desc>no</desc></info><title>Keys</title><p>Press <key>A</key>.</p><steps><item><p>Then B.</p></item></steps></page>';
    expect(lines(extractMallard(page))).toEqual(['heading: Keys', 'text: Press A.', 'item: Then B.']);
    const profile = {
      Geography: { Climate: { text: 'mild ++ wet' }, Area: { land: { text: '5 sq km' }, water: { text: null } } },
    };
    expect(allLines(extractFactbook([file('eu/xx.json', JSON.stringify(profile))]))).toEqual([
      'heading: Geography',
      'item: Climate: mild ; wet',
      'item: Area, land: 5 sq km',
    ]);
    expect(allLines(extractFortunes([file('wisdom', 'One.\n-- Me\n%\n\tTwo.\n%\n')]))).toEqual([
      'text: One.\n-- Me',
      'text: Two.',
    ]);
    expect(lines(paragraphsOf('One\nline.\n\n * a\n   b\n * c\n\n    x = 1\n    y = 2\n'))).toEqual([
      'text: One line.',
      'item: a b',
      'item: c',
      'code: x = 1\ny = 2',
    ]);
  });

  test('every extractor that the table can name loads', async () => {
    for (const name of extractors.names) expect(await extractors.load(name)).toBeTypeOf('function');
  });
});

function base64(value: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return value < 64 ? digits[value] : base64(Math.floor(value / 64)) + digits[value % 64];
}

/** A character vector in R's serialisation: header, STRSXP, then each string as CHARSXP. */
function rRecord(strings: readonly string[]): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const parts = [Buffer.from('X\n'), word(2), word(0x30500), word(0x20300), word(16), word(strings.length)];
  for (const string of strings) parts.push(word(0x40009), word(string.length), Buffer.from(string));
  const whole = Buffer.concat(parts);
  return Buffer.concat([word(whole.length), deflateSync(whole)]);
}
