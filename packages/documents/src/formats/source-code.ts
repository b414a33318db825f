import { readText } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const text = (await readText(input, context)).trimEnd();
  const title = input.name.split('/').at(-1)!;
  if (text !== '') yield { kind: 'text', title, sections: [{ level: 0, text, line: 1 }] };
}

const LANGUAGES =
  'c h cc cpp cxx hpp cs d dart erl hrl ex exs f90 go groovy hs java jl js cjs mjs jsx kt kts lua m ml mli php pl pm ' +
  'proto py pyi r rb rs scala sh bash zsh ps1 sql swift tcl ts tsx mts cts vala vb v vhd zig css scss less tex bib ' +
  'yaml yml toml ini cfg conf cmake gradle make mk dockerfile tf nix';

/** Source code and configuration files, kept verbatim, one document per file. */
export const sourceCode: Reader = { endings: LANGUAGES.split(' '), read };
