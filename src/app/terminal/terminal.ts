import { forTerminal, ownColours, type Colours } from './control-characters.ts';

export type { Colours } from './control-characters.ts';

/** The parts of a stream that the command line uses; tests pass their own. */
export interface OutputStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** One output stream with its width and colours. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly colours: Colours;
  write(text: string): void;
  line(text?: string): void;
}

/** `clean` makes texts safe for a terminal; not used for streams with data. */
export function createTerminal(
  stream: OutputStream,
  env: NodeJS.ProcessEnv,
  clean = (text: string): string => text,
): Terminal {
  const isTTY = stream.isTTY === true;
  const write = (text: string): void => void stream.write(forTerminal(clean(text)));
  return {
    isTTY,
    columns: isTTY ? Math.max(40, stream.columns ?? 80) : 100,
    colours: ownColours(wantsColours(isTTY, env)),
    write,
    line: (text = '') => write(`${text}\n`),
  };
}

/** Colours are used only on terminals, unless FORCE_COLOR is set; NO_COLOR always disables them. */
function wantsColours(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return isTTY && env.TERM !== 'dumb';
}

/** Breaks a paragraph into lines of at most `width` characters; longer words get their own line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
